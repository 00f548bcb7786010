namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>How a statement finds the messages of ids among those that are packed.</summary>
internal static class PackedIds
{
    /// <summary>What <see cref="Hold"/> needs to know of an id, as an SQL expression.</summary>
    public static string Hash(string id) => $"sha256(uuid_send({id}))";

    /// <summary>
    /// The condition for a segment, <c>g</c>, that holds an id of a user. Three checks, the cheap ones first: the range of the segment's
    /// ids, by the index, which leaves next to nothing where ids are made in the order of time; the filter, which is stored in the row;
    /// and the ids. Of ids of version 7 only the 74 random bits are compared: an id with the same bits and another time is taken for the
    /// same, which only happens on purpose.
    /// </summary>
    public static string Hold(string userId, string id, string hash) =>
        $"""
        g.user_id = {userId} AND g.last_id >= {id} AND g.first_id <= {id}
            AND CASE WHEN {IdFilter.Excludes("g.id_filter", hash)} THEN false ELSE {Position(id)} > 0 END
        """;

    /// <summary>The number of the message of an id that a segment holds.</summary>
    public static string Sequence(string id) => $"g.first_sequence + ({Position(id)} - 1) / g.id_width";

    private static string Position(string id) =>
        $"position(substring(uuid_send({id}) FROM {MessageIds.FullWidth + 1} - g.id_width) IN g.ids)";
}
