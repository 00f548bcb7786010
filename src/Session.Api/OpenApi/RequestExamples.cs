using System.Collections.Frozen;
using System.Text.Json.Nodes;
using SessionService.Application.Branches;
using SessionService.Application.Conversations;
using SessionService.Application.Copies;
using SessionService.Application.Deltas;
using SessionService.Application.Feedback;
using SessionService.Application.Forks;
using SessionService.Application.Keys;
using SessionService.Application.Memories;
using SessionService.Application.MemorySearch;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Application.UserMemories;
using SessionService.Application.Webhooks;

namespace SessionService.Api.OpenApi;

/// <summary>
/// Example bodies for trying the operations. They leave out optional fields that a first try does not need, and name no user: the caller is
/// whoever tries.
/// </summary>
internal static class RequestExamples
{
    private static readonly FrozenDictionary<Type, string> Examples = new Dictionary<Type, string>
    {
        [typeof(CreateSessionRequest)] =
            """{"title": "Plans for the summer", "conversation_data": {"step": 2}, "metadata": {"test": true}}""",
        [typeof(UpdateSessionRequest)] =
            """{"status": "completed", "session_summary": "A first test of the service.", "metadata": {"test": false}}""",
        [typeof(CopySessionRequest)] = """{"user_id": "another_user_456"}""",
        [typeof(ForkSessionRequest)] = """{"through_sequence": 2}""",
        [typeof(RewindSessionRequest)] = """{"to_sequence": 2}""",
        [typeof(RenameBranchRequest)] = """{"name": "shorter answer"}""",
        [typeof(PatchSessionRequest)] =
            """{"title": "Plans for the summer", "metadata": {"topic": {"name": "summer"}, "test": null}}""",
        [typeof(CreateMessageRequest)] =
            """
            {"role": "user", "content": "Hello, this is a test message", "message_type": "chat", "metadata": {"source": "test"},
             "tokens_used": 10, "cost_usd": 0.001}
            """,
        [typeof(CreateMessageBatchRequest)] =
            """
            {"messages": [{"role": "user", "content": "Hello, this is a test message", "tokens_used": 10, "cost_usd": 0.001},
                          {"role": "assistant", "content": "Hello! How can I help?", "tokens_used": 12, "cost_usd": 0.0012}]}
            """,
        [typeof(AddDeltaRequest)] = """{"index": 0, "text": "Hel"}""",
        [typeof(CompleteMessageRequest)] = """{"tokens_used": 42, "cost_usd": 0.0042, "metadata": {"model": "gpt-5"}}""",
        [typeof(CreateConversationRequest)] =
            """{"metadata": {"topic": "demo"}, "items": [{"type": "message", "role": "user", "content": "Hello!"}]}""",
        [typeof(UpdateConversationRequest)] = """{"metadata": {"topic": "summer"}}""",
        [typeof(CreateItemsRequest)] =
            """
            {"items": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "What is the weather in Lisbon?"}]},
                       {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{\"city\":\"Lisbon\"}"},
                       {"type": "function_call_output", "call_id": "call_1", "output": "Sunny"}]}
            """,
        [typeof(WriteFeedbackRequest)] = """{"value": true, "comment": "Short and to the point."}""",
        [typeof(WriteMemoryRequest)] =
            """
            {"memory_type": "conversation", "content": "User prefers concise technical explanations.",
             "metadata": {"category": "preferences", "importance": "high"}, "user_preferences": {"language": "en"},
             "ongoing_tasks": ["send the report"]}
            """,
        [typeof(WriteUserMemoryRequest)] =
            """
            {"memory_type": "preference", "content": "User prefers concise technical explanations.", "metadata": {"category": "style"},
             "importance": 0.8}
            """,
        [typeof(CreateUserMemoryBatchRequest)] =
            """
            {"memories": [{"memory_type": "fact", "content": "Has two cats."},
                          {"memory_type": "episode", "content": "Moved to Lisbon.", "importance": 0.6}]}
            """,
        [typeof(PatchUserMemoryRequest)] =
            """{"content": "User prefers concise technical explanations, with examples.", "metadata": {"category": "writing"}}""",
        [typeof(CreateKeyRequest)] = """{"service": true, "name": "nightly import"}""",
        [typeof(CreateWebhookRequest)] =
            """{"url": "https://hooks.example.com/sessions", "events": ["message.created", "session.deleted"]}""",
        [typeof(PatchWebhookRequest)] = """{"events": null, "enabled": true}""",
        [typeof(SearchMemoriesRequest)] =
            """{"query": "How does the user like explanations?", "top_k": 10, "sources": ["memories", "session_memories", "messages"]}""",
    }.ToFrozenDictionary();

    public static JsonNode Of(Type request) => JsonNode.Parse(Examples[request])!;
}
