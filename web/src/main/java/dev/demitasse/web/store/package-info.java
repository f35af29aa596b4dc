/** Models kept in the browser's storage: downloaded in chunks, each verified, from where the last visit left off. */
@NullMarked
package dev.demitasse.web.store;

import org.jspecify.annotations.NullMarked;
