using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace SessionService.Infrastructure.Persistence;

/// <summary>Which node of a sharded database has the rows of which users.</summary>
/// <param name="shards">The least hash of each shard, and its node, in the order of the hashes.</param>
internal sealed class ShardMap(IReadOnlyList<(int Least, int Node)> shards)
{
    private readonly int[] _least = [.. shards.Select(shard => shard.Least)];

    public int NodeOf(int hash)
    {
        var found = Array.BinarySearch(_least, hash);
        return shards.Count == 0 ? DatabaseHosts.NoNode : shards[Math.Max(0, found >= 0 ? found : ~found - 1)].Node;
    }

    public IEnumerable<int> Nodes => shards.Select(shard => shard.Node).Distinct();

    /// <summary>A user id whose rows a node has or would have; <see langword="null"/> where it has no users.</summary>
    public string? FindUserOf(int node)
    {
        const int MostAttempts = 10_000;
        return Enumerable.Range(0, MostAttempts).Select(i => $"pulse {i}").FirstOrDefault(userId => NodeOf(HashOf(userId)) == node);
    }

    /// <summary>PostgreSQL's <c>hashtext</c>, by which Citus finds the shard of a user; to ask would take a round trip.</summary>
    public static int HashOf(string userId)
    {
        const int Block = 12;
        var bytes = Encoding.UTF8.GetBytes(userId);
        var rest = bytes.AsSpan();
        uint a, b, c;
        a = b = c = 0x9e3779b9 + (uint)bytes.Length + 3923095;
        for (; rest.Length >= Block; rest = rest[Block..])
        {
            Add(rest, ref a, ref b, ref c);
            Mix(ref a, ref b, ref c);
        }

        // The lowest byte of the third word stays free.
        Span<byte> last = stackalloc byte[Block];
        last.Clear();
        rest[..Math.Min(8, rest.Length)].CopyTo(last);
        if (rest.Length > 8)
        {
            rest[8..].CopyTo(last[9..]);
        }

        Add(last, ref a, ref b, ref c);
        return (int)End(a, b, c);
    }

    private static void Add(ReadOnlySpan<byte> block, ref uint a, ref uint b, ref uint c)
    {
        a += BinaryPrimitives.ReadUInt32LittleEndian(block);
        b += BinaryPrimitives.ReadUInt32LittleEndian(block[4..]);
        c += BinaryPrimitives.ReadUInt32LittleEndian(block[8..]);
    }

    private static void Mix(ref uint a, ref uint b, ref uint c)
    {
        Step(ref a, ref b, ref c, 4);
        Step(ref b, ref c, ref a, 6);
        Step(ref c, ref a, ref b, 8);
        Step(ref a, ref b, ref c, 16);
        Step(ref b, ref c, ref a, 19);
        Step(ref c, ref a, ref b, 4);

        static void Step(ref uint x, ref uint y, ref uint z, int turn)
        {
            x = (x - z) ^ BitOperations.RotateLeft(z, turn);
            z += y;
        }
    }

    private static uint End(uint a, uint b, uint c)
    {
        Step(ref c, b, 14);
        Step(ref a, c, 11);
        Step(ref b, a, 25);
        Step(ref c, b, 16);
        Step(ref a, c, 4);
        Step(ref b, a, 14);
        Step(ref c, b, 24);
        return c;

        static void Step(ref uint x, uint y, int turn) => x = (x ^ y) - BitOperations.RotateLeft(y, turn);
    }
}
