// Tests whether this browser can run the page, before its modules load. Old browsers must understand this script: it is ECMAScript 5.
// If it can't, one sentence replaces the page; chat.js shows the sentence as an error if the browser can run it.
(function () {
  'use strict';

  /** @type {Record<string, string>} */
  var SENTENCES = {
    en: 'This browser lacks {missing}, or has it turned off. Demitasse needs Chrome or Edge 123, Firefox 120, Safari 18.2, or a later version.',
    fr: 'Ce navigateur ne propose pas {missing}, ou l’a désactivé. Demitasse a besoin de Chrome ou Edge 123, Firefox 120, Safari 18.2 ou d’une version plus récente.',
    es: 'Este navegador no ofrece {missing} o lo tiene desactivado. Demitasse necesita Chrome o Edge 123, Firefox 120, Safari 18.2 o una versión posterior.',
    de: 'Diesem Browser fehlt {missing}, oder es ist abgeschaltet. Demitasse braucht Chrome oder Edge 123, Firefox 120, Safari 18.2 oder eine neuere Version.',
    it: 'In questo browser manca {missing}, oppure è disattivato. Demitasse richiede Chrome o Edge 123, Firefox 120, Safari 18.2 o una versione successiva.',
    pt: 'Este navegador não oferece {missing}, ou o desativou. O Demitasse precisa do Chrome ou Edge 123, Firefox 120, Safari 18.2 ou de uma versão mais recente.'
  };

  // Modules of one type with a struct, and of one function with a vector.
  var GARBAGE_COLLECTION = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 3, 1, 0x5f, 0];
  var SIMD = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 8, 1, 6, 0, 0x41, 0, 0xfd, 0x0f, 0x0b];

  /** @param {number[]} bytes */
  function validates(bytes) {
    return WebAssembly.validate(new Uint8Array(bytes));
  }

  /** A browser with module workers reads the option before it rejects the address. */
  function hasModuleWorkers() {
    var isRead = false;
    /** @type {any} */
    var options = {
      get type() {
        isRead = true;
        return 'module';
      }
    };
    var url = 'http://:'; // not a URL, so that no worker starts
    try {
      var policy = window.trustedTypes && window.trustedTypes.createPolicy('demitasse-requirements', {
        createScriptURL: function () {
          return url;
        }
      });
      new Worker(policy ? policy.createScriptURL('') : url, options);
    } catch (error) {
      // The address was rejected.
    }
    return isRead;
  }

  function missing() {
    if (!('noModule' in document.createElement('script'))) {
      return 'ECMAScript modules';
    }
    if (typeof WebAssembly !== 'object') {
      return 'WebAssembly';
    }
    if (!validates(GARBAGE_COLLECTION)) {
      return 'WebAssembly GC';
    }
    if (!validates(SIMD)) {
      return 'WebAssembly SIMD';
    }
    if (typeof Worker !== 'function' || !hasModuleWorkers()) {
      return 'Module Workers';
    }
    if (!(window.CSS && CSS.supports && CSS.supports('color', 'light-dark(red, red)'))) {
      return 'CSS light-dark()';
    }
    return null;
  }

  /** Returns the sentence in the language of the settings, or else in the first known language of the browser. */
  function sentence() {
    var languages = navigator.languages || [navigator.language || ''];
    try {
      languages = [JSON.parse(localStorage.getItem('demitasse settings') || '').language].concat(languages);
    } catch (error) {
      // There is no storage, or it contains no settings.
    }
    for (var i = 0; i < languages.length; i++) {
      var language = String(languages[i]).split('-')[0];
      if (Object.prototype.hasOwnProperty.call(SENTENCES, language)) {
        return SENTENCES[language];
      }
    }
    return SENTENCES.en;
  }

  var lacking = missing();
  if (lacking !== null) {
    var text = sentence().replace('{missing}', lacking);
    var notice = document.getElementById('unsuitable');
    if (notice) {
      notice.textContent = text;
    }
    document.body.setAttribute('data-unsuitable', text);
    document.body.setAttribute('data-state', 'unsuitable');
  }
})();
