using SessionService.Domain.Errors;

namespace SessionService.Domain.Conversations;

/// <summary>The rules of OpenAI's conversations, by the sentence that a client reads when one is broken.</summary>
public static class ConversationErrors
{
    /// <summary>The same for an id that was never used and for another user's conversation.</summary>
    public static NotFoundException NotFound() =>
        new("conversation_not_found", "There is no such conversation.");

    public static NotFoundException ItemNotFound() =>
        new("item_not_found", "The conversation has no item of this id.");

    public static InvalidFieldException ItemIdTaken(string field) =>
        new(field, "is the id of another item of this conversation");

    /// <summary>The message was written by another route, and is removed as a whole there.</summary>
    public static ConflictException ItemIsPartOfMessage(long sequence) =>
        new(
            "item_is_part_of_message",
            $"The item is one of several in message {sequence}. "
                + $"DELETE /api/v1/sessions/{{session_id}}/messages/{sequence}?mode=remove removes them all.");
}
