/** JSON: reads and writes plain Java values, and validates fields of requests. */
@NullMarked
package dev.demitasse.json;

import org.jspecify.annotations.NullMarked;
