// Models of the Hugging Face Hub: finds the files of a repository, and picks one for this device.
import { DemitasseError } from './errors.js';
import { fileAtCommit, isHubAddress } from './model-address.js';

/** @typedef {import('./model-address.js').HubAddress} HubAddress */

/**
 * A file of a repository.
 *
 * @typedef {object} HubFile
 * @property {string} path
 * @property {number} bytes
 * @property {string} [sha256] of files that the Hub keeps in large-file storage
 */

/**
 * A model that was found.
 *
 * @typedef {object} HubModel
 * @property {string} url of its file, or its first one, or its folder, at the commit
 * @property {string} commit
 * @property {HubFile[]} files all files of the model
 */

/** Tensor types that the engine supports, in the order in which a repository's files are preferred. */
const PREFERRED = [
  'Q4_K_M', 'Q4_K_S', 'Q4_K_L', 'Q4_0', 'IQ4_XS', 'IQ4_NL', 'Q4_1', 'Q5_K_M', 'Q5_K_S', 'Q5_K_L', 'Q5_0', 'Q5_1', 'Q6_K', 'Q6_K_L',
  'Q8_0', 'Q3_K_L', 'Q3_K_M', 'Q3_K_S', 'Q2_K', 'Q2_K_L', 'Q2_K_S', 'BF16', 'F16', 'FP16', 'F32',
]; // prettier-ignore
/** Q8_0 is preferred up to this size in bytes: small models lose most by few bits. */
const SMALL_BYTES = 400e6;
/** A model's memory relative to its file. */
const MEMORY_PER_BYTE = 1.15;

const LABEL = /(?:^|[-._/])((?:I?Q\d(?:_(?:K|NL|XS|XXS|S|M|L|XL|[01]))+|BF16|FP?16|F32|TQ\d_0|MXFP4(?:_MOE)?|NVFP4))(?=[-._/]|$)/gi;
const PART = /-(\d{5})-of-(\d{5})\.gguf$/i;
/** Files that are not a language model: projectors of images, importance matrices and drafts. */
const OTHER = /(^|\/)(mmproj|imatrix)|[-._](mmproj|imatrix|draft)[-._]/i;
const NEXT_PAGE = /<([^>]+)>;\s*rel="next"/;
const FOLDER_FILES = ['config.json', 'tokenizer.json'];

/** The Hub's API. */
export class Hub {
  #endpoint;
  #token;

  /**
   * @param {string} endpoint URL without a slash at the end
   * @param {string} [token] an access token, sent to the endpoint only
   */
  constructor(endpoint, token) {
    this.#endpoint = endpoint;
    this.#token = token;
  }

  /**
   * Finds the model of an address.
   *
   * @param {HubAddress} address
   * @param {{memory?: number, signal?: AbortSignal}} [options] the memory in bytes that a model may take
   * @returns {Promise<HubModel>}
   * @throws {DemitasseError} if there is no such repository, revision, file or quantization, if the repository is gated or has no
   *   model that the engine can read, or if the Hub does not answer
   */
  async find(address, { memory = Infinity, signal } = {}) {
    const commit = await this.#commit(address, signal);
    const all = await this.#files(address.repository, commit, signal);
    const files = chosen(address, all, memory);
    const folder = files.some(({ path }) => path.endsWith('.safetensors'));
    const [{ path }] = files;
    const encoded = (folder ? path.replace(/[^/]*$/, '') : path).split('/').map(encodeURIComponent).join('/');
    return { url: `${this.#endpoint}/${address.repository}/resolve/${commit}/${encoded}`, commit, files };
  }

  /**
   * Returns the commit of a revision.
   *
   * @param {HubAddress} address
   * @param {AbortSignal} [signal]
   * @returns {Promise<string>}
   */
  async #commit({ repository, revision }, signal) {
    const path = `/api/models/${repository}${revision === undefined ? '' : `/revision/${encodeURIComponent(revision)}`}`;
    const { sha } = await (await this.#get(this.#endpoint + path, repository, revision, signal)).json();
    if (!/^[0-9a-f]{40}$/.test(sha)) {
      throw failure(`${this.#endpoint} is not a Hub: it names no commit of ${repository}`, 502, 'hub_unreachable');
    }
    return sha;
  }

  /**
   * @param {string} repository
   * @param {string} commit
   * @param {AbortSignal} [signal]
   * @returns {Promise<HubFile[]>}
   */
  async #files(repository, commit, signal) {
    /** @type {HubFile[]} */
    const files = [];
    const tree = `${this.#endpoint}/api/models/${repository}/tree/${commit}`;
    /** @type {string | undefined} */
    let page = `${tree}?recursive=true`;
    while (page) {
      const response = await this.#get(page, repository, commit, signal);
      for (const { type, path, size, lfs } of await response.json()) {
        if (type === 'file' && typeof path === 'string') {
          files.push({ path, bytes: Number(lfs?.size ?? size), ...(lfs?.oid && { sha256: String(lfs.oid) }) });
        }
      }
      const next = NEXT_PAGE.exec(response.headers.get('link') ?? '')?.[1];
      page = next && tree + new URL(next, page).search; // the link of a mirror may name the Hub itself
    }
    return files;
  }

  /**
   * @param {string} url
   * @param {string} repository
   * @param {string} [revision]
   * @param {AbortSignal} [signal]
   */
  async #get(url, repository, revision, signal) {
    const headers = new Headers(this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` });
    const response = await fetch(url, { headers, signal, credentials: 'omit', redirect: this.#token === undefined ? 'follow' : 'error' }).catch(
      (cause) => {
        signal?.throwIfAborted();
        throw failure(`${this.#endpoint} does not answer: check the connection`, 503, 'hub_unreachable', cause);
      },
    );
    if (!response.ok) {
      throw refusal(response, `${this.#endpoint}/${repository}`, revision, this.#token !== undefined);
    }
    return response;
  }
}

/**
 * Returns the stored model that an address names. So the Hub need not be asked for it.
 *
 * @param {import('./model-address.js').ModelAddress} address
 * @param {import('./demitasse.js').StoredModel[]} stored
 * @returns {string | undefined} its URL
 */
export function storedModel(address, stored) {
  if (!isHubAddress(address)) {
    return stored.find(({ url }) => url === address.url)?.url;
  }
  const { endpoint, repository, revision, quantization, path } = address;
  const matches = stored.filter(({ url }) => {
    const file = fileAtCommit(url, endpoint);
    return (
      file?.repository.toLowerCase() === repository.toLowerCase() &&
      (revision === undefined || revision === file.commit) &&
      (path === undefined || path === file.path) &&
      (quantization === undefined || labelOf(file.path) === quantization.toUpperCase())
    );
  });
  return (matches.find(({ complete }) => complete) ?? matches[0])?.url;
}

/**
 * Returns the files of the model that an address names.
 *
 * @param {HubAddress} address
 * @param {HubFile[]} all
 * @param {number} memory in bytes
 */
function chosen({ repository, quantization, path = '' }, all, memory) {
  if (path !== '' && !path.endsWith('/')) {
    const file = all.find((each) => each.path === path);
    if (!file) {
      throw failure(`${repository} has no file ${path}`, 404, 'hub_file_not_found');
    }
    if (!path.endsWith('.gguf')) {
      return path.endsWith('.json') ? [file] : folderAround(repository, path, all);
    }
    return modelsOf(all).find((files) => files.includes(file)) ?? [file];
  }
  const inside = all.filter((file) => file.path.startsWith(path));
  const models = modelsOf(inside.filter((file) => !OTHER.test(file.path)));
  if (models.length > 0) {
    return quantization === undefined ? best(repository, models, memory) : ofQuantization(repository, models, quantization);
  }
  if (quantization === undefined && FOLDER_FILES.every((name) => inside.some((file) => file.path === path + name))) {
    return folderAround(repository, path, all);
  }
  throw failure(
    `${repository} has no GGUF file${path === '' ? '' : ` in ${path}`}: choose a repository with GGUF files, whose name often ends in -GGUF`,
    404,
    'hub_no_model',
  );
}

/**
 * Returns the files of a Hugging Face folder.
 *
 * @param {string} repository
 * @param {string} path
 * @param {HubFile[]} all
 */
function folderAround(repository, path, all) {
  const folder = path.replace(/[^/]*$/, '');
  const files = all.filter((file) => file.path.startsWith(folder) && /^[^/]+\.(safetensors|json)$/.test(file.path.slice(folder.length)));
  if (!files.some((file) => file.path.endsWith('.safetensors'))) {
    throw failure(`${repository} has neither GGUF nor safetensors files`, 404, 'hub_no_model');
  }
  return files;
}

/**
 * Groups the GGUF files by model: the parts of a split file in order.
 *
 * @param {HubFile[]} files
 * @returns {HubFile[][]}
 */
function modelsOf(files) {
  /** @type {Map<string, HubFile[]>} */
  const models = new Map();
  for (const file of files.filter(({ path }) => path.endsWith('.gguf')).sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = file.path.replace(PART, '-of-$2.gguf');
    models.set(name, [...(models.get(name) ?? []), file]);
  }
  return [...models.values()];
}

const labelOf = (/** @type {string} */ path) => [...path.matchAll(LABEL)].at(-1)?.[1].toUpperCase();
const bytesOf = (/** @type {HubFile[]} */ files) => files.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * @param {string} repository
 * @param {HubFile[][]} models
 * @param {string} quantization
 */
function ofQuantization(repository, models, quantization) {
  const matches = models.filter(([{ path }]) => labelOf(path) === quantization.toUpperCase());
  if (matches.length === 1) {
    return matches[0];
  }
  if (matches.length > 1) {
    throw failure(
      `${repository} has ${matches.length} files of the type ${quantization}: name one as hf:${repository}/${matches[0][0].path}`,
      400,
      'hub_ambiguous',
    );
  }
  const labels = [...new Set(models.map(([{ path }]) => labelOf(path)).filter(Boolean))].sort();
  throw failure(`${repository} has no file of the type ${quantization}; it has ${labels.join(', ')}`, 404, 'hub_file_not_found');
}

/**
 * Picks the model for this device: of those that fit into memory, Q8_0 for a small model, or else the first in the order of
 * preference. If none fits, the smallest.
 *
 * @param {string} repository
 * @param {HubFile[][]} models
 * @param {number} memory in bytes
 */
function best(repository, models, memory) {
  const readable = models.filter(([{ path }]) => PREFERRED.includes(labelOf(path) ?? ''));
  if (readable.length === 0) {
    if (models.length === 1) {
      return models[0];
    }
    throw failure(
      `${repository} has several GGUF files, and the names of none tell a type that the engine reads: name one as hf:${repository}/${models[0][0].path}`,
      400,
      'hub_ambiguous',
    );
  }
  const fitting = readable.filter((files) => bytesOf(files) * MEMORY_PER_BYTE <= memory);
  if (fitting.length === 0) {
    return readable.reduce((a, b) => (bytesOf(b) < bytesOf(a) ? b : a));
  }
  const rank = (/** @type {HubFile[]} */ files) => {
    const label = labelOf(files[0].path) ?? '';
    return label === 'Q8_0' && bytesOf(files) <= SMALL_BYTES ? -1 : PREFERRED.indexOf(label);
  };
  const ranked = fitting.sort((a, b) => rank(a) - rank(b));
  const [first, second] = ranked;
  if (second && rank(first) === rank(second)) {
    throw failure(
      `${repository} has several files of the type ${labelOf(first[0].path)}: name one as hf:${repository}/${first[0].path}`,
      400,
      'hub_ambiguous',
    );
  }
  return first;
}

/**
 * Returns the error for an answer of the Hub.
 *
 * @param {Response} response
 * @param {string} page of the repository
 * @param {string | undefined} revision
 * @param {boolean} hasToken
 */
function refusal({ status, headers }, page, revision, hasToken) {
  const code = headers.get('x-error-code');
  if (status === 429) {
    const wait = headers.get('retry-after');
    return failure(`the Hub limits the number of requests: try again ${wait ? `in ${wait} seconds` : 'in a few minutes'}`, 429, 'hub_rate_limited');
  }
  if (code === 'GatedRepo' || status === 403) {
    return failure(
      `${page} is gated: accept its terms there${hasToken ? ' with the account of the token' : ', and give an access token of your account (option hub.token)'}`,
      403,
      'hub_gated',
    );
  }
  if (code === 'RevisionNotFound') {
    return failure(`${page} has no revision ${revision}`, 404, 'hub_revision_not_found');
  }
  if (status === 401 || status === 404) {
    return failure(`there is no model ${page}, or it is private${hasToken ? ' and the access token does not open it' : ''}`, 404, 'hub_repository_not_found');
  }
  return failure(`${page} can't be read: HTTP ${status}`, status >= 500 ? 503 : status, 'hub_unreachable');
}

/**
 * @param {string} message
 * @param {number} status
 * @param {string} code
 * @param {unknown} [cause]
 */
function failure(message, status, code, cause) {
  return new DemitasseError(message, { status, code, cause });
}
