using SessionService.Application.Exports;

namespace SessionService.Application.Imports.Foreign;

/// <summary>A conversation of another program, converted into the lines of an export of this service.</summary>
/// <param name="Session">The session that it becomes.</param>
/// <param name="Messages">Its messages in time order, made one by one.</param>
public sealed record ForeignConversation(SessionLine Session, IEnumerable<MessageLine> Messages);
