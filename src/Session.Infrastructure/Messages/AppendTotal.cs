using SessionService.Application.Messages;

namespace SessionService.Infrastructure.Messages;

/// <summary>What the messages add to their session.</summary>
internal sealed class AppendTotal
{
    public long Messages { get; private set; }

    public long Tokens { get; private set; }

    public decimal Cost { get; private set; }

    public DateTimeOffset? Now { get; private set; }

    public DateTimeOffset? ImportedAt { get; private set; }

    public bool IsBackfill { get; private set; }

    public List<long> Opened { get; } = [];

    /// <summary>Adds a message and tells how many there are then. One in progress counts its tokens when it is completed.</summary>
    public long Add(Append write, NewMessage message, long before)
    {
        Messages++;
        Now = Later(Now, write.Now);
        ImportedAt = Later(ImportedAt, write.ImportedAt);
        IsBackfill |= message.Message.CreatedAt != write.Now;
        if (message.Opens)
        {
            Opened.Add(before + Messages);
        }
        else
        {
            Tokens += message.Message.TokensUsed;
            Cost += message.Message.CostUsd;
        }

        return Messages;
    }

    public static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null || other > one ? other : one;
}
