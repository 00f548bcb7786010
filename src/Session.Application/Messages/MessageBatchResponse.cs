using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Messages;

/// <summary>The messages of a batch, as stored.</summary>
public sealed class MessageBatchResponse
{
    /// <summary>The messages, in the order of their numbers.</summary>
    /// <example>
    /// [{"message_id": "9dbb6df9-0ead-4580-9b16-e817e12abbc3", "session_id": "a87a9d6e-4137-4d41-8ab8-a13c4abcc83e",
    ///   "user_id": "test_user_123", "sequence": 1, "role": "user", "content": "Hello, this is a test message",
    ///   "status": "completed", "message_type": "chat", "metadata": {}, "tokens_used": 10, "cost_usd": 0.001,
    ///   "created_at": "2025-09-23T14:54:08.106314Z"},
    ///  {"message_id": "5c2f0b7e-6a43-4f0e-8d52-0d8e1f7a9c11", "session_id": "a87a9d6e-4137-4d41-8ab8-a13c4abcc83e",
    ///   "user_id": "test_user_123", "sequence": 2, "role": "assistant", "content": "Hello! How can I help?",
    ///   "status": "completed", "message_type": "chat", "metadata": {}, "tokens_used": 12, "cost_usd": 0.0012,
    ///   "created_at": "2025-09-23T14:54:08.106314Z"}]
    /// </example>
    [Required]
    public required IReadOnlyList<MessageResponse> Messages { get; init; }

    /// <summary>How many they are.</summary>
    /// <example>2</example>
    [Required]
    public required int Total { get; init; }
}
