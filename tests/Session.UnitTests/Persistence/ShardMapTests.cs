using SessionService.Infrastructure.Persistence;

namespace SessionService.UnitTests.Persistence;

public sealed class ShardMapTests
{
    // As SELECT hashtext(…) answers.
    [Theory]
    [InlineData("", -1477818771)]
    [InlineData("a", 1075015857)]
    [InlineData("user-1", -558825088)]
    [InlineData("eight888", 2005877655)]
    [InlineData("exactly-8", -597483385)]
    [InlineData("abcdefghijkl", -1586087212)]
    [InlineData("abcdefghijklm", 405849808)]
    [InlineData("Zoë 中文 user", 865302485)]
    [InlineData("0123456789abcdef01234567", 64924865)]
    public void The_hash_of_a_user_is_the_one_of_PostgreSQL(string userId, int hash) => Assert.Equal(hash, ShardMap.HashOf(userId));

    [Theory]
    [InlineData(int.MinValue, 1)]
    [InlineData(-1, 1)]
    [InlineData(0, 2)]
    [InlineData(5, 2)]
    [InlineData(100, 1)]
    [InlineData(int.MaxValue, 1)]
    public void A_hash_belongs_to_the_shard_that_begins_at_it_or_before(int hash, int node) =>
        Assert.Equal(node, new ShardMap([(int.MinValue, 1), (0, 2), (100, 1)]).NodeOf(hash));

    [Fact]
    public void A_user_of_each_node_is_found()
    {
        var map = new ShardMap([(int.MinValue, 1), (0, 2)]);

        Assert.Equal([1, 2], map.Nodes.Select(node => map.NodeOf(ShardMap.HashOf(map.FindUserOf(node)!))));
        Assert.Null(map.FindUserOf(3));
    }

    [Fact]
    public void Without_shards_no_node_is_known() => Assert.Equal(DatabaseHosts.NoNode, new ShardMap([]).NodeOf(7));
}
