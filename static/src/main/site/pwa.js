// Makes the page an app: its service worker stores page and engine for offline use, and isolates the page if its host doesn't.
import { t } from './i18n.js';
import { byId, messageOf } from './page.js';
import { serviceWorkerUrl } from './trusted-types.js';

const HOUR = 3_600_000;
const INSTALL_LIMIT_MS = 10_000;
const RELOADED = 'reloaded to be isolated';

const notice = byId('update');
const noticeText = byId('update-text');
const updateButton = byId('update-now');

/**
 * Registers the service worker. If the page must be reloaded to become cross-origin isolated, it is reloaded, and the promise stays
 * pending. If the browser has no service workers, the page works without one.
 */
export async function startApp() {
  // A worker that is installed too late gives the page threads on the next visit.
  /** @type {Promise<false>} */
  const isLate = new Promise((resolve) => setTimeout(resolve, INSTALL_LIMIT_MS, false));
  try {
    await Promise.race([install(isLate), isLate]);
  } catch (cause) {
    console.warn(`The page is not kept for offline use: ${messageOf(cause)}`);
  }
}

/** @param {Promise<false>} isLate */
async function install(isLate) {
  const registration = await navigator.serviceWorker.register(serviceWorkerUrl(), { updateViaCache: 'none' });
  offerUpdates(registration);
  checkForUpdates(registration);
  await isolate(registration, isLate);
}

/**
 * Reloads the page once if the worker can isolate it, which gives it threads.
 *
 * @param {ServiceWorkerRegistration} registration
 * @param {Promise<false>} isLate
 */
async function isolate(registration, isLate) {
  if (crossOriginIsolated) {
    sessionStorage.removeItem(RELOADED);
  } else if (top === self && !sessionStorage.getItem(RELOADED) && (await Promise.race([becomesActive(registration), isLate]))) {
    sessionStorage.setItem(RELOADED, 'yes');
    location.reload();
    await new Promise(() => {});
  }
}

/**
 * Resolves to whether the registration has an active worker, or gets one.
 *
 * @param {ServiceWorkerRegistration} registration
 */
async function becomesActive({ active, waiting, installing }) {
  const worker = active ?? waiting ?? installing;
  if (!worker) {
    return false;
  }
  await new Promise((resolve) => {
    const settle = () => (worker.state === 'activated' || worker.state === 'redundant') && resolve(undefined);
    worker.addEventListener('statechange', settle);
    settle();
  });
  return worker.state === 'activated';
}

/**
 * Offers a new version, which waits until the user accepts it. The page is then reloaded.
 *
 * @param {ServiceWorkerRegistration} registration
 */
function offerUpdates(registration) {
  const workers = navigator.serviceWorker;
  const show = () => {
    notice.hidden = !registration.waiting || !registration.active;
  };
  const watch = (/** @type {ServiceWorker | null} */ worker) => worker?.addEventListener('statechange', show);
  registration.addEventListener('updatefound', () => watch(registration.installing));
  watch(registration.installing);
  watch(registration.waiting);
  show();

  updateButton.onclick = () => registration.waiting?.postMessage('take over');
  workers.addEventListener('message', () => {
    noticeText.textContent = t('updateCloseTabs');
  });
  let controlled = workers.controller !== null;
  workers.addEventListener('controllerchange', () => {
    if (controlled) {
      location.reload();
    }
    controlled = true;
  });
}

/**
 * Checks for new versions. Browsers do that when a page is opened, but an app may stay open for days.
 *
 * @param {ServiceWorkerRegistration} registration
 */
function checkForUpdates(registration) {
  let last = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && Date.now() - last >= HOUR) {
      last = Date.now();
      registration.update().catch(() => {}); // offline: the next check follows
    }
  });
}
