using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>
/// Tells, without looking at a segment's ids, that an id is most likely not among them (a Bloom filter): of a hundred others it lets one
/// through. The places of an id come from its SHA-256, so that no choice of ids fills it sooner. <see cref="Excludes"/> is how
/// <see cref="PackedIds"/> asks it in SQL.
/// </summary>
internal static class IdFilter
{
    private const int BitsAnId = 10;
    private const int PlacesAnId = 6;

    public static byte[] Of(IReadOnlyCollection<Guid> ids)
    {
        var filter = new byte[((ids.Count * BitsAnId) + 7) / 8];
        Span<byte> bytes = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var id in ids)
        {
            id.TryWriteBytes(bytes, bigEndian: true, out _);
            SHA256.HashData(bytes, hash);
            for (var i = 0; i < PlacesAnId; i++)
            {
                var place = BinaryPrimitives.ReadUInt16BigEndian(hash[(2 * i)..]) % (filter.Length * 8);
                filter[place / 8] |= (byte)(1 << (place % 8));
            }
        }

        return filter;
    }

    /// <summary>An SQL expression that is true when a filter excludes the id of a hash.</summary>
    public static string Excludes(string filter, string hash) =>
        string.Join(" OR ", Enumerable.Range(0, PlacesAnId).Select(i =>
            $"get_bit({filter}, (get_byte({hash}, {2 * i}) * 256 + get_byte({hash}, {(2 * i) + 1})) % (length({filter}) * 8)) = 0"));
}
