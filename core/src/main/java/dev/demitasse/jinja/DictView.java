package dev.demitasse.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a dict's {@code keys()}, {@code values()} or {@code items()}. It has a length, but no indices.
 *
 * @param type {@code dict_keys}, {@code dict_values} or {@code dict_items}
 */
record DictView(String type, List<@Nullable Object> elements) {}
