/** The browser's side of the store: requests by fetch, storage in OPFS or caches, Web Locks, and saved sessions. */
@NullMarked
package dev.demitasse.web.store;

import org.jspecify.annotations.NullMarked;
