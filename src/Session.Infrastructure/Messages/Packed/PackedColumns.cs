using Npgsql;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>The columns of a segment, or of a part of it, as statements list them beside those of messages.</summary>
internal static class PackedColumns
{
    /// <summary>Nulls in place of the columns, where there is no segment.</summary>
    public const string Absent = "NULL, NULL, NULL, NULL, NULL";

    public const string Whole = "first_sequence, NULL, NULL, ids, body";

    /// <summary>The condition for segments that hold some of the numbers after one and up to another.</summary>
    /// <remarks>No segment is longer than its bound, so the primary key leads straight to the place, from either end.</remarks>
    public static string HoldSome(string after, string last) =>
        $"first_sequence > {after} - {PackingOptions.MaxSegmentMessages} AND first_sequence <= {last} AND last_sequence > {after}";

    /// <summary>A segment with the range that is wanted of it; <see cref="Read"/> cuts off the rest.</summary>
    public static string Within(string after, string last) => $"first_sequence, {after}, {last}, ids, body";

    /// <summary>The part of a segment in the row that a reader stands on.</summary>
    public static PackedPart Read(NpgsqlDataReader reader, int first) => new(
        reader.GetInt64(first),
        reader.IsDBNull(first + 1) ? 0 : reader.GetInt64(first + 1),
        reader.IsDBNull(first + 2) ? long.MaxValue : reader.GetInt64(first + 2),
        reader.GetFieldValue<ReadOnlyMemory<byte>>(first + 3),
        reader.GetFieldValue<ReadOnlyMemory<byte>>(first + 4).Span);
}
