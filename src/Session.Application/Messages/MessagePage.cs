using SessionService.Application.Paging;

namespace SessionService.Application.Messages;

/// <summary>A page of messages that is still being read: what <see cref="MessageListResponse"/> shows.</summary>
/// <param name="UserId">Owner of the session, and of every message.</param>
/// <param name="Rows">The messages; holds a connection until it is disposed.</param>
/// <param name="Range">The page as the answer tells it.</param>
/// <param name="HasMore">By position: whether the range goes on in the direction of reading.</param>
public sealed record MessagePage(string UserId, Guid SessionId, IMessageRows Rows, PageRange Range, bool? HasMore);
