using System.Globalization;

namespace SessionService.Infrastructure.Persistence;

/// <summary>Which sessions the packing job looks at.</summary>
internal static class PackableSessions
{
    /// <summary>A session that is not archived is packed once this many messages can be packed: fewer are not worth a segment.</summary>
    public const int MinMessages = 256;

    /// <summary>
    /// The condition of the partial index. Only messages that the digest has passed are packed, because the digest reads rows.
    /// </summary>
    public static readonly string Condition = string.Create(
        CultureInfo.InvariantCulture,
        $"packed_messages < digested_messages AND (archived_at IS NOT NULL OR digested_messages - packed_messages >= {MinMessages})");
}
