using NpgsqlTypes;
using SessionService.Application.Messages;

namespace SessionService.Infrastructure.Messages;

/// <summary>Paths as the database has them: ranges with the first number, and without the number after the last.</summary>
internal static class PathRanges
{
    public static NpgsqlRange<long>[]? Of(MessagePath? path) =>
        path is null ? null : [.. path.Ranges.Select(range => Of(range))];

    public static MessagePath Read(NpgsqlRange<long>[] ranges) =>
        new(ranges.Select(range => new NumberRange(
            range.LowerBound, range.UpperBoundInfinite ? long.MaxValue : range.UpperBound - (range.UpperBoundIsInclusive ? 0 : 1))));

    private static NpgsqlRange<long> Of(NumberRange range) => range.Last == long.MaxValue
        ? new NpgsqlRange<long>(range.First, true, false, 0, false, true)
        : new NpgsqlRange<long>(range.First, true, false, range.Last + 1, false, false);
}
