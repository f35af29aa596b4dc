/** Conversations: messages, the chat template that turns them into a prompt, and the reasoning and tool calls of answers. */
@NullMarked
package dev.demitasse.chat;

import org.jspecify.annotations.NullMarked;
