/** Conversations: messages and the chat templates (Jinja) that turn them into a prompt. */
@NullMarked
package dev.demitasse.chat;

import org.jspecify.annotations.NullMarked;
