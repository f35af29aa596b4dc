// The Trusted Types policy of the page, which its content security policy requires. Other modules have policies for what they need:
// `demitasse-worker` for workers, `dompurify` for sanitized HTML, and `demitasse-requirements`.

const SERVICE_WORKER = 'service-worker.js';

const policy = globalThis.trustedTypes?.createPolicy('demitasse-page', { createScriptURL: () => SERVICE_WORKER });

/** Returns the address of the service worker's script. */
export const serviceWorkerUrl = () => policy?.createScriptURL('') ?? SERVICE_WORKER;
