package dev.demitasse.site;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks the Markdown files of the repository. */
class DocsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Set<String> SKIPPED = Set.of(".git", "node_modules", "target");
    private static final int MAX_LINE = 120;
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("#+ +(.*)");
    /** A path of a file or folder in a module, in which … stands for {@code src/main/java/dev/demitasse}. */
    private static final Pattern PATH =
            Pattern.compile("`((?:core|cpu|webgpu|web|static|e2e|docs)/[\\w./…-]+)`(?!\\()");

    private static List<Path> files;

    @BeforeAll
    static void find() throws IOException {
        files = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return SKIPPED.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Test
    void linesAreShort() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : files) {
            for (Line line : prose(file)) {
                if (line.text.length() > MAX_LINE) {
                    wrong.add(line.place());
                }
            }
        }
        assertEquals(List.of(), wrong, "longer than " + MAX_LINE + " characters");
    }

    @Test
    void relativeLinksResolve() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : files) {
            for (Line line : prose(file)) {
                Matcher link = LINK.matcher(line.text);
                while (link.find()) {
                    if (!link.group(1).contains(":") && !resolves(file, link.group(1))) {
                        wrong.add(line.place() + " " + link.group(1));
                    }
                }
            }
        }
        assertEquals(List.of(), wrong, "links to nothing");
    }

    private static boolean resolves(Path file, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]);
        return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
    }

    /** Returns the anchors that GitHub gives the headings of a file. */
    private static Set<String> anchors(Path file) throws IOException {
        Set<String> anchors = new HashSet<>();
        for (Line line : prose(file)) {
            Matcher heading = HEADING.matcher(line.text);
            if (heading.matches()) {
                String name = heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-');
                String anchor = name;
                for (int i = 1; !anchors.add(anchor); i++) {
                    anchor = name + "-" + i;
                }
            }
        }
        return anchors;
    }

    @Test
    void namedFilesExist() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : files) {
            for (Line line : prose(file)) {
                Matcher path = PATH.matcher(line.text);
                while (path.find()) {
                    String named = path.group(1).replace("…", "src/main/java/dev/demitasse");
                    if (!named.contains("/target/") && !Files.exists(ROOT.resolve(named))) {
                        wrong.add(line.place() + " " + path.group(1));
                    }
                }
            }
        }
        assertEquals(List.of(), wrong, "files that do not exist");
    }

    /** A line of a file, with its number from 1. */
    private record Line(Path file, int number, String text) {
        String place() {
            return ROOT.relativize(file) + ":" + number;
        }
    }

    /** Returns the lines outside code blocks. */
    private static List<Line> prose(Path file) throws IOException {
        List<Line> lines = new ArrayList<>();
        boolean isCode = false;
        int number = 0;
        for (String text : Files.readAllLines(file)) {
            number++;
            if (text.stripLeading().startsWith("```")) {
                isCode = !isCode;
            } else if (!isCode) {
                lines.add(new Line(file, number, text));
            }
        }
        return lines;
    }
}
