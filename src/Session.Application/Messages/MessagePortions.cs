using System.Runtime.CompilerServices;

namespace SessionService.Application.Messages;

/// <summary>Whole selections, portion by portion.</summary>
public static class MessagePortions
{
    /// <summary>
    /// All messages of a selection in its order, the oldest or the newest first. Each is valid until the next one is asked for. None where
    /// there is no such session.
    /// </summary>
    public static async IAsyncEnumerable<MessageRow> ReadAllAsync(
        this IMessageReader reader,
        string userId,
        Guid sessionId,
        MessageSelection selection,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isLast = false;
        while (!isLast)
        {
            using var portion = await reader.ReadAsync(userId, sessionId, selection, cancellationToken);
            if (portion is null)
            {
                yield break;
            }

            for (var i = 0; i < portion.Count; i++)
            {
                yield return portion[i];
            }

            selection = selection.Rest(portion);
            isLast = portion.IsLast;
        }
    }
}
