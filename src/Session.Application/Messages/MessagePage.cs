using SessionService.Application.Paging;

namespace SessionService.Application.Messages;

/// <summary>A page of messages whose rows are still to be read. The answer is a <see cref="MessageListResponse"/>.</summary>
/// <param name="UserId">Owner of the session, and of every message.</param>
/// <param name="Rows">The rows, which hold a connection until they are disposed.</param>
/// <param name="Range">The page as the answer tells it.</param>
/// <param name="HasMore">By position: whether the range goes on in the direction of reading.</param>
public sealed record MessagePage(string UserId, Guid SessionId, IMessageRows Rows, PageRange Range, bool? HasMore);
