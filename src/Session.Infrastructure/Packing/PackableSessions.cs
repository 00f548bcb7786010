namespace SessionService.Infrastructure.Packing;

/// <summary>Which sessions the packer looks at.</summary>
internal static class PackableSessions
{
    /// <summary>
    /// That of the partial index. Only what the digest has passed is packed: what is derived from messages is derived from rows. Of a session that
    /// is not put away, only as much as is worth it.
    /// </summary>
    public const string Condition =
        "packed_messages < digested_messages AND (archived_at IS NOT NULL OR digested_messages - packed_messages >= 256)";
}
