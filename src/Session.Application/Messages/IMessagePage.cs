using SessionService.Application.Branches;
using SessionService.Application.Paging;

namespace SessionService.Application.Messages;

/// <summary>A page of messages. How it ends is known once its messages were read.</summary>
public interface IMessagePage : IDisposable
{
    /// <summary>Owner of the session, and of every message.</summary>
    string UserId { get; }

    Guid SessionId { get; }

    /// <summary>The page as the answer tells it.</summary>
    PageRange Range { get; }

    long Total { get; }

    /// <summary>By position: whether the range goes on; <see langword="null"/> by page.</summary>
    bool? HasMore { get; }

    /// <summary>Where conditions on metadata were given: after which number to go on.</summary>
    long? NextAfter { get; }

    /// <summary>Where conditions on metadata were given: before which number to go on.</summary>
    long? NextBefore { get; }

    /// <summary>After which message each was written; only where the messages of all branches are listed.</summary>
    MessageParents? Parents { get; set; }

    /// <summary>Reads the portions, each once the one before it is done with.</summary>
    IAsyncEnumerable<MessagePortion> ReadAsync(CancellationToken cancellationToken);
}
