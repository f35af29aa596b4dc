// The addresses of models: URLs, and repositories of the Hugging Face Hub.
import { absolute } from './load-options.js';
import { decoded, parseUrl } from './urls.js';

/** The Hub's public endpoint. */
export const HUB_ENDPOINT = 'https://huggingface.co';

/** Hosts of the public endpoint. */
const HUB_HOSTS = ['huggingface.co', 'www.huggingface.co', 'hf.co'];

/** One name of a repository: an owner or a model. */
const NAME = /^[A-Za-z0-9][\w.-]{0,95}$/;
/** A name of a model that is the name of a file. */
const FILE = /\.(gguf|json|safetensors|bin)$/i;
const COMMIT = /^[0-9a-f]{40}$/;

/**
 * A model in a repository of the Hub.
 *
 * @typedef {object} HubAddress
 * @property {string} endpoint the Hub's URL, without a slash at the end
 * @property {string} repository `owner/name`
 * @property {string} [revision] a branch, a tag or a commit; if left out, the default branch
 * @property {string} [quantization] for example `Q4_K_M`
 * @property {string} [path] of a file in the repository; of a folder, with a slash at the end
 */

/** @typedef {{url: string} | HubAddress} ModelAddress */

/**
 * Parses the address of a model:
 *
 * - `owner/name`, `owner/name:Q4_K_M`, `owner/name@revision`, `owner/name@revision:Q4_K_M`;
 * - the same after `hf:`, also with the path of a file or folder: `hf:owner/name/folder/file.gguf`, `hf:owner/name@revision/file.gguf`;
 * - pages of the Hub: of a repository, and its `tree/`, `blob/` and `resolve/` pages;
 * - any other URL, relative to the page.
 *
 * @param {string} text
 * @param {string} [endpoint] of the Hub
 * @returns {ModelAddress}
 * @throws {TypeError} for other texts
 */
export function parseAddress(text, endpoint = HUB_ENDPOINT) {
  const hub = endpoint.replace(/\/+$/, '');
  if (/^hf:/i.test(text)) {
    return checked(text, ofRepository(text.slice(3).replace(/^\/\//, ''), hub));
  }
  const short = /^([^/?#:@]+\/[^/?#:@]+)(@[^?#:]+)?(:[\w.-]+)?$/.exec(text);
  if (short && isRepository(short[1]) && !FILE.test(short[1])) {
    return checked(text, ofRepository(text, hub));
  }
  const url = absolute(text);
  return ofPage(text, url, hub) ?? { url };
}

/**
 * Whether an address names a model in a repository of the Hub.
 *
 * @param {ModelAddress} address
 * @returns {address is HubAddress}
 */
export function isHubAddress(address) {
  return 'repository' in address;
}

/**
 * Returns an address of the Hub as a text, which {@link parseAddress} parses to the same address.
 *
 * @param {HubAddress} address
 */
export function hubText({ repository, revision, quantization, path }) {
  const at = revision === undefined ? '' : `@${encodeURIComponent(revision)}`;
  const file = path === undefined ? '' : `/${path.split('/').map(encodeURIComponent).join('/')}`;
  return `hf:${repository}${at}${file}${quantization === undefined ? '' : `:${quantization}`}`;
}

/**
 * Returns the address in the form that names it: an absolute URL, or `hf:` and a model of the Hub.
 *
 * @param {string} text as for {@link parseAddress}
 */
export function canonicalAddress(text) {
  const address = parseAddress(text);
  return isHubAddress(address) ? hubText(address) : address.url;
}

/**
 * Returns the canonical address as a URL.
 *
 * @param {string} text as for {@link parseAddress}
 * @returns {URL | null} null if it is not an address of a model
 */
export function addressUrl(text) {
  try {
    return new URL(canonicalAddress(text));
  } catch {
    return null;
  }
}

/**
 * Returns the host that sends a model.
 *
 * @param {URL} url
 */
export const hostOf = ({ protocol, host }) => (protocol === 'hf:' ? HUB_HOSTS[0] : host);

/**
 * Returns the revision and path of a file of the Hub.
 *
 * @param {string} url
 * @param {string} endpoint without a slash at the end
 * @returns {{repository: string, commit: string, path: string} | null} null if the URL is not that of a file at a commit
 */
export function fileAtCommit(url, endpoint) {
  if (!url.startsWith(`${endpoint}/`)) {
    return null;
  }
  const [owner, name, kind, commit, ...rest] = segments(url.slice(endpoint.length + 1));
  return kind === 'resolve' && COMMIT.test(commit) ? { repository: `${owner}/${name}`, commit, path: rest.join('/') } : null;
}

/**
 * Returns the decoded segments of a path; none if one of them is not encoded correctly.
 *
 * @param {string} path
 */
function segments(path) {
  try {
    return path.split('/').map((segment) => decodeURIComponent(segment));
  } catch {
    return [];
  }
}

/** @param {string} text */
const isRepository = (text) => text.split('/').length === 2 && text.split('/').every((name) => NAME.test(name) && !/\.\.|--/.test(name));

/**
 * Parses `owner/name[@revision][/path][:quantization]`.
 *
 * @param {string} text
 * @param {string} endpoint
 * @returns {HubAddress | null}
 */
function ofRepository(text, endpoint) {
  const [, repository, revision, path, quantization] = /^([^/@:]+\/[^/@:]+)(?:@([^/:]+))?(?:\/([^:]*))?(?::([\w.-]+))?$/.exec(text) ?? [];
  if (!repository || !isRepository(repository) || (path && quantization)) {
    return null;
  }
  return {
    endpoint,
    repository,
    ...(revision && { revision: decoded(revision) }),
    ...(path && { path: decoded(path) }),
    ...(quantization && { quantization }),
  };
}

/**
 * Parses the URL of a page of the Hub.
 *
 * @param {string} text
 * @param {string} address
 * @param {string} endpoint
 * @returns {HubAddress | null} null if it is not a page of the Hub
 */
function ofPage(text, address, endpoint) {
  const url = parseUrl(address);
  const base = parseUrl(endpoint);
  if (!url || !base) {
    return null;
  }
  const isEndpoint = url.origin === base.origin && url.pathname.startsWith(base.pathname.replace(/\/?$/, '/'));
  if (!isEndpoint && !HUB_HOSTS.includes(url.host)) {
    return null;
  }
  const from = isEndpoint ? base.pathname.replace(/\/?$/, '/').length : 1;
  const [owner, name, kind, revision, ...rest] = segments(url.pathname.slice(from));
  const repository = `${owner}/${name}`;
  if (!name || !isRepository(repository)) {
    return isEndpoint && base.host === globalThis.location?.host ? null : checked(text, null); // an endpoint may be a folder of this site
  }
  if (!kind) {
    return { endpoint, repository };
  }
  if (!['tree', 'blob', 'resolve'].includes(kind) || !revision) {
    return checked(text, null);
  }
  const path = rest.join('/');
  const folder = kind === 'tree' && path !== '' && !path.endsWith('/') ? `${path}/` : path;
  return { endpoint, repository, revision, ...(folder && { path: folder }) };
}

/**
 * @template T
 * @param {string} text
 * @param {T | null} address
 * @returns {T}
 */
function checked(text, address) {
  if (address === null) {
    throw new TypeError(`"${text}" is not an address of a model: for example owner/name, owner/name:Q4_K_M or hf:owner/name/file.gguf`);
  }
  return address;
}
