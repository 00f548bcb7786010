using System.Diagnostics.CodeAnalysis;
using SessionService.Application.Exports;

namespace SessionService.Application.Imports;

/// <summary>
/// Gives everything in an import a new id. The new id follows from the user and the old id, so that the same file again has the same
/// new ids, and what refers to each other still does.
/// </summary>
internal sealed class CopiedLines(string userId)
{
    public ImportLine Of(ImportLine line) => line switch
    {
        ValidLine<SessionLine> session => session with { Content = Of(session.Content) },
        ValidLine<MessageLine> message => message with { Content = Of(message.Content) },
        ValidConversation conversation => conversation with
        {
            Session = Of(conversation.Session),
            Messages = [.. conversation.Messages.Select(Of)],
        },
        ValidLine<MemoryLine> memory => memory with
        {
            Content = memory.Content with { SessionId = Of(memory.Content.SessionId), MemoryId = Of(memory.Content.MemoryId) },
        },
        ValidLine<FeedbackLine> feedback => feedback with
        {
            Content = feedback.Content with
            {
                SessionId = Of(feedback.Content.SessionId),
                MessageId = Of(feedback.Content.MessageId),
            },
        },
        ValidLine<UserMemoryLine> memory => memory with
        {
            Content = memory.Content with { SessionId = Of(memory.Content.SessionId), MemoryId = Of(memory.Content.MemoryId) },
        },
        ValidLine<UserMemoryVersionLine> version => version with
        {
            Content = version.Content with { SessionId = Of(version.Content.SessionId), MemoryId = Of(version.Content.MemoryId) },
        },
        _ => line,
    };

    private SessionLine Of(SessionLine line) =>
        line with { SessionId = Of(line.SessionId), ForkedFromSession = Of(line.ForkedFromSession) };

    private MessageLine Of(MessageLine line) => line with { SessionId = Of(line.SessionId), MessageId = Of(line.MessageId) };

    [return: NotNullIfNotNull(nameof(id))]
    private Guid? Of(Guid? id) => id is { } given ? NameBasedId.Of("copy", userId, given.ToString()) : null;
}
