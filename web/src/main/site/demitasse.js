// Demitasse's JavaScript API.
export { Demitasse } from './engine.js';
export { DemitasseError } from './errors.js';
