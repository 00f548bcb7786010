import { OpenAIConversationsSession } from "@openai/agents";
import { clientOf } from "./service.js";

// A process of its own that writes to a conversation: two items at a time.
const [user, conversationId, name, count] = process.argv.slice(2) as [string, string, string, string];
const session = new OpenAIConversationsSession({ client: clientOf(user), conversationId });
for (let i = 0; i < Number(count); i++) {
  await session.addItems([
    { role: "user", content: `${name}-${i}` },
    { role: "assistant", status: "completed", content: [{ type: "output_text", text: `${name}-${i}` }] },
  ]);
}
