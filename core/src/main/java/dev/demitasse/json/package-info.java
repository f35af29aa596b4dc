/** JSON text from plain Java values: maps, lists, strings, numbers, booleans and null. */
@NullMarked
package dev.demitasse.json;

import org.jspecify.annotations.NullMarked;
