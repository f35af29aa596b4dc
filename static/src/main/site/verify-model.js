// Checks a stored model for the models dialog.
import { Demitasse } from './demitasse.js';
import { percent, size, t } from './i18n.js';

/** The status changes in steps of this share, so that screen readers can follow. */
const STEP = 0.1;

/**
 * Reads and checks all bytes of a stored model, and downloads damaged parts again.
 *
 * @param {string} url
 * @param {string} name
 * @param {(text: string) => void} say receives the progress
 * @returns {Promise<string>} the result in words
 * @throws {Error} if damaged parts could not be downloaded
 */
export async function verifyModel(url, name, say) {
  let step = -1;
  say(t('verifying', { name, done: percent(0) }));
  const { bytes, damaged, error, repaired, unknown } = await Demitasse.models.verify(url, {
    onProgress({ loaded, total }) {
      const reached = Math.floor(loaded / total / STEP);
      if (reached > step) {
        step = reached;
        say(t('verifying', { name, done: percent(reached * STEP) }));
      }
    },
  });
  if (!repaired) {
    throw new Error(`${t('damagedParts', { count: damaged.length, names: damaged.join('; ') })} ${error}`);
  }
  if (damaged.length > 0) {
    return t('verifiedRepaired', { name, count: damaged.length });
  }
  return t(unknown > 0 ? 'verifiedUnknown' : 'verified', { name, size: size(bytes) });
}
