using SessionService.Domain.Usage;

namespace SessionService.Infrastructure.Usage;

/// <summary>What the writing and the reading of usage have to say alike.</summary>
internal static class UsageSql
{
    public static readonly TimeSpan Grain = TimeSpan.FromMinutes(15);

    /// <summary>The model of a message of the table that goes by this name, as <see cref="ModelName.Of"/> reads it.</summary>
    public static string ModelOf(string message) =>
        $"""
        CASE jsonb_typeof({message}.message_metadata -> 'model')
            WHEN 'string' THEN left({message}.message_metadata ->> 'model', {UsageRecord.MaxModelLength}) ELSE '' END
        """;
}
