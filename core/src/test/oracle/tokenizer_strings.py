"""The texts that tokenizer_splits.py and tokenizer_smollm2.py run through Hugging Face tokenizers, and their file format."""

import random

SENTENCES = [
    "The quick brown fox jumps over the lazy dog.",
    "I can't believe it's not butter; they'll say we've won, I'm sure you'd agree, and we're done.",
    "IT'S WHAT WE'VE DONE, I'M SURE THEY'LL SEE, DON'T YOU'RE HE'D",
    "L'été dernier, nous sommes allés à Besançon : « quel bonheur ! »",
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.",
    "El pingüino Wenceslao hizo kilómetros bajo exhaustiva lluvia. ¿Qué? ¡Sí!",
    "Zażółć gęślą jaźń. Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Pijamalı hasta yağız şoföre çabucak güvendi. İstanbul'da ILIK",
    "Быстрая коричневая лиса перепрыгивает через ленивую собаку.",
    "Щастя — це коли тебе розуміють, її п'ять їжаків.",
    "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.",
    "敏捷的棕色狐狸跳过了懒狗。今天是2024年5月1日，天气很好！",
    "素早い茶色の狐がのろまな犬を飛び越える。カタカナ、ひらがな、ｶﾀｶﾅ。",
    "빠른 갈색 여우가 게으른 개를 뛰어넘는다. 한글 자모: ㄱㄴㄷ",
    "الثعلب البني السريع يقفز فوق الكلب الكسول. العدد ١٢٣٤٥، ومع التشكيل: مُحَمَّدٌ",
    "השועל החום המהיר קופץ מעל הכלב העצלן. שָׁלוֹם",
    "तेज़ भूरी लोमड़ी आलसी कुत्ते के ऊपर कूदती है। संख्या १२३४५",
    "দ্রুত বাদামী শিয়াল অলস কুকুরের উপর লাফ দেয়। ১২৩",
    "விரைவான பழுப்பு நரி சோம்பேறி நாயின் மேல் பாய்கிறது.",
    "สุนัขจิ้งจอกสีน้ำตาลกระโดดข้ามสุนัขขี้เกียจ ๑๒๓ ก็ได้",
    "သွက်လက်သော အညိုရောင် မြေခွေး ၁၂၃",
    "ሰላም ለዓለም። ፩፪፫",
    "სწრაფი ყავისფერი მელა",
    "Nhanh như cáo nâu nhảy qua con chó lười biếng.",
    "👩‍👩‍👧‍👦 family, 🏳️‍🌈 flag, 👍🏽 thumbs, 🇩🇪🇫🇷, 1️⃣ keycap, ❤️ heart, 😀😀😀",
    "🧑‍💻 codes 🫠 and 🪿 honks",
    "e\u0301 e\u0300\u0323 n\u0303 a\u030a o\u0308\u0304 Z̷̡̛a̵l̴g̶o̷",
    "def f(x: int) -> str:\n    return f'{x!r:>10}'  # café\n\n\nclass A:\n\tpass\n",
    "for (int i = 0; i < n; ++i) { a[i] += b[i] * 0x1F; } // 3.14e-10",
    'SELECT * FROM "t" WHERE a <> \'b\' AND c >= 1_000;',
    "<html>\r\n  <body class=\"x\">&nbsp;&amp;</body>\r\n</html>\r\n",
    '{"a": [1, 2.5, -3e+8, null, true], "b": {"c": "\\u00e9\\n"}}',
    "https://example.com/path?q=a%20b&c=d#frag user@example.org C:\\Users\\me",
    "$ grep -rn 'foo\\|bar' . | awk '{print $1}' >> out.txt 2>&1",
    "1234567890 12,345.67 1.000.000 ½ ¾ ² ³ Ⅷ ⅻ ① ⑩ ㊿ 五 〇 ๓ ٣ १ 𝟘𝟙𝟚 𒐀",
    "2024-05-01T12:34:56Z +49 (0)30 123456 99% #1 №5 5€ £6 ¥7 ₹8",
    "a1b2c3 x86_64 v2.0.1 1st 2nd 3rd 4th h2o 10km 5'10\" '90s 1's 2'S",
    "'s 't 're 've 'm 'll 'd 'S 'T 'RE 'Ve 'M 'lL 'D 'x 'r 'v 'l '' ' '\u017f '\u017fx 'l\u0131 '\u212a",
    "don\u2019t it\u2019s \u2018q\u2019 \u201cq\u201d \u2013 \u2014 \u2026 \u00ab\u00bb",
    "!!! ??? ... --- === ### @@@ ~~~ ``` *** ((())) [[]] {{}} <<>> //\\\\",
    "\u2200x\u2208\u211d: \u2308x\u2309 = \u2212\u230a\u2212x\u230b, \u03b1\u2227\u00ac\u03b2 = \u00ac(\u00ac\u03b1\u2228\u03b2)",
    "\ud55c\uae00\u1112\u1161\u11ab \u0e33\u0e33 \u0bcd\u0b95 \ufb01\ufb02 \u1e9e\u00df \u01c5\u02b0\u1d43",
]

WHITE_SPACE = [
    "", " ", "  ", "   ", " a", "  a", "   a", "a ", "a  ", "a   ", "a b", "a  b", "a   b", "\t", "\ta", "\t\ta", "a\t", "a\tb",
    "a\t b", "a \tb", "\n", "\n\n", "\n\n\n", "\na", "\n\na", "a\n", "a\n\n", "a\nb", "a\n\nb", "a \nb", "a\n b", "a  \n  b",
    "a \n \n b", "\r", "\r\n", "\r\n\r\n", "a\r\nb", "a\r\n\r\nb", "a\rb", "a \r\n b", "\u00a0", "a\u00a0b", "a \u00a0b", "a\u00a0 b",
    "a\u00a0\u00a0b", "\u00a0 ", " \u00a0", "\u3000a", "a\u3000\u3000b", "a\u2028b", "a\u2029 b", "a\u0085b", "a\u000bb", "a\u000c\u000cb",
    "a\u200bb", "a\u180eb", "a\ufeffb", "\ufeffa", "a\u2003 b", "a\u202f1", "a\u205fb", "\u1680\u1680x", "a\u001cb", "a\u001f b",
    " 1", "  1", "   1", "1 ", "1  ", "1  2", "1   2", "\t1", "\t\t1", "\n1", "\n\n1", " \n1", "\n 1", "\n  1", " .", "  .", "   .",
    ". ", ".  ", ".\n", ".\n\n", ".\n\n\na", ". \n", " .\n", "  .\r\n a", ".\r\r", "!\n!\n", "a.\n\n b", " '", "  's", " 's", "'s's", "a's b",
    "\u00a0's", "\u00a0.", "\u00a01", "\u00a0\u00e9", "\ta.", "\t.", "\n.", "\n's", "        x = 1", "\t\t\tif x:\n\t\t\t\ty", " \t \n \t ",
    "a" + " " * 40 + "b", "\n" * 20 + "x", "\t" * 17, " " * 64, "x" + "\u00a0" * 9 + " y", "- a\n  - b\n    - c\n",
]  # fmt: skip

CONTROL = ["".join(map(chr, range(a, a + 16))) for a in range(0, 0xA0, 16)] + [
    "a\u0000b", "\u0000", "\u007f", "\u0004\u0006\u0013", "x\u0014y\u0016z\u001d", "\u001b[31mred\u001b[0m", "\u0001\u0002\u0003a",
]  # fmt: skip

WEIRD = [
    "\U00010330", "\U0001d518", "\U0001e900\U0001e922", "\U00020000\U0002a6df", "\U00030000", "\U00031350", "\U000323af", "\U000e0001",
    "\U000f0000", "\U0010ffff", "\U000fffff x", "\U00050000", "\ufffd", "\ufffe", "\uffff", "\ue000", "\U0001f9ff", "\U0001fae8",
    "\u1c89\u1c8aa", "a\ua7cb\ua7da1", "\U000105c0\U000105c1", "\u0870\u0888", "\u0c5d\u0cdd", "\U00011f04\U00011f10", "\U0001e4d0",
    "\U00010d40\U00010d45", "\U00010d50a", "1\U00011de01", "a\U00011de5\U00011de6b", " \U00011de9", "\U00016ff4\U00016ff5 \U00016ff6",
    "x\U00016ff4", "\U0001ccf0\U0001ccf5", "\U00016d70\U00016d71", "\U000116d0", "\U00011bf0\U00011bf9", "\U0001e5f1\U0001e5fa",
    "\u02bc\u02bb", "\u0345a\u0345", "\u093e\u0940", "\u200d\u200c", "\u034f", "\u061c\u200e\u200f", "\u2060\u2061", "\ufe0f\ufe0e",
    "\u20e3", "\u00ad\u00ad", "\u0660\u06f0\u0966", "\u2160\u216f\u2188", "\u3007\u3021\u3038", "\u4e00\u4e8c\u4e09", "\u00b2\u00b3\u00b9",
    "\u2070\u2080\u2460", "\u0f20\u0f33", "\u1369\u137c", "\ua6e6", "\U00010107\U00010140", "\U0001d7ce", "\U0001f100\U0001f10c",
    "a\u00aab\u00bac\u00b5", "\u0130\u0131\u017f\u212a", "\ufb00\ufb06", "\U0001f1e6", "\U0001f3fb", "\U0001f468\u200d",
]  # fmt: skip

ALPHABETS = [
    "ab '\n\t1.",
    "aA'sStTrReEvVmMlLdD \u017f1",
    "a1 \u00a0\n\r.\u0301\u4e00",
    "x \t\r\n\u3000-'5\u00bd",
    "é漢ا\u093fก😀\u200d٣ \n!",
    "\U00011de0\U0001d7ce1a .\n\u1c89",
    "<|im_start|>end \n",
]


def texts():
    """All texts, each once and in a fixed order."""
    found = dict.fromkeys(SENTENCES + WHITE_SPACE + CONTROL + WEIRD)
    for first, second in zip(SENTENCES, SENTENCES[1:]):
        found[first[:40] + "\n\n" + second[-40:]] = None
    source = random.Random(20)
    for alphabet in ALPHABETS:
        for _ in range(40):
            found["".join(source.choice(alphabet) for _ in range(source.randint(3, 24)))] = None
    return list(found)


def escape(text):
    """One line's worth of text: what doesn't print, and the backslash, becomes UTF-16 units written as in Java."""
    written = []
    for c in text:
        if c.isprintable() and c != "\\":
            written.append(c)
        else:
            units = c.encode("utf-16-be")
            written += [f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)]
    return "".join(written)


def write(path, lines):
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    print(f"{path}: {len(lines)} lines, {path.stat().st_size} bytes")
