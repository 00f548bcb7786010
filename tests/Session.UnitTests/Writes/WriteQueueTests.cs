using SessionService.Infrastructure.Writes;

namespace SessionService.UnitTests.Writes;

public sealed class WriteQueueTests
{
    private const string Everybody = "";

    [Fact]
    public async Task What_waits_is_one_group_in_order_of_arrival()
    {
        var queue = Queue();
        Add(queue, Everybody, 3, 1, 2);

        queue.Complete();

        Assert.Equal(["3,1,2"], await GroupsAsync(queue));
    }

    [Fact]
    public async Task A_group_has_a_most_of_writes_and_of_bytes()
    {
        var byCount = Queue(new WriteOptions { MaxGroup = 2 });
        Add(byCount, Everybody, 1, 2, 3, 4, 5);
        byCount.Complete();
        var bySize = Queue(new WriteOptions { MaxGroupBytes = 10 });
        Add(bySize, Everybody, 4, 6, 1, 11, 2);
        bySize.Complete();

        Assert.Equal(["1,2", "3,4", "5"], await GroupsAsync(byCount));
        Assert.Equal(["4,6", "1", "11", "2"], await GroupsAsync(bySize));
    }

    [Fact]
    public async Task Lanes_take_turns_and_do_not_mix()
    {
        var queue = Queue(new WriteOptions { MaxGroup = 2 });
        Add(queue, "a", 1, 2, 3);
        Add(queue, "b", 4);
        queue.Complete();

        Assert.Equal(["1,2", "4", "3"], await GroupsAsync(queue));
    }

    [Fact]
    public async Task What_may_not_join_a_group_goes_first_in_the_next()
    {
        // One odd number a group.
        var queue = new WriteQueue<int>(new WriteOptions { MaxGroup = 3 }, _ => 1, () =>
        {
            var hasOdd = false;
            return write => write % 2 == 0 || (!hasOdd && (hasOdd = true));
        });
        Add(queue, Everybody, 1, 3, 2, 5, 4, 6);
        queue.Complete();

        Assert.Equal(["1,2,4", "3,6", "5"], await GroupsAsync(queue));
    }

    [Fact]
    public async Task A_full_queue_takes_no_more_until_a_group_is_taken()
    {
        var queue = Queue(new WriteOptions { MaxQueue = 2, MaxGroup = 1 });
        Add(queue, Everybody, 1, 2);
        Assert.False(queue.TryAdd(Everybody, 3));
        Assert.False(queue.TryAdd("another", 3));

        await using var groups = queue.TakeGroupsAsync().GetAsyncEnumerator();
        Assert.True(await groups.MoveNextAsync());

        Assert.True(queue.TryAdd(Everybody, 3));
        Assert.False(queue.TryAdd(Everybody, 4));
    }

    [Fact]
    public async Task Bytes_are_bounded_too_but_one_write_of_any_size_may_wait()
    {
        var queue = Queue(new WriteOptions { MaxQueueBytes = 10 });
        Assert.True(queue.TryAdd(Everybody, 11));
        Assert.False(queue.TryAdd(Everybody, 1));

        await using var groups = queue.TakeGroupsAsync().GetAsyncEnumerator();
        Assert.True(await groups.MoveNextAsync());

        Assert.True(queue.TryAdd(Everybody, 4));
        Assert.True(queue.TryAdd(Everybody, 6));
        Assert.False(queue.TryAdd(Everybody, 1));
    }

    [Fact]
    public async Task A_completed_queue_hands_out_what_waits_and_ends()
    {
        var queue = Queue();
        var taking = GroupsAsync(queue);
        Add(queue, Everybody, 1);

        queue.Complete();

        Assert.False(queue.TryAdd(Everybody, 2));
        Assert.Equal(["1"], await taking);
    }

    private static WriteQueue<int> Queue(WriteOptions? options = null) => new(options ?? new WriteOptions(), size => size, () => _ => true);

    private static void Add(WriteQueue<int> queue, string lane, params int[] writes) =>
        Assert.All(writes, write => Assert.True(queue.TryAdd(lane, write)));

    private static async Task<List<string>> GroupsAsync(WriteQueue<int> queue)
    {
        var groups = new List<string>();
        await foreach (var group in queue.TakeGroupsAsync())
        {
            groups.Add(string.Join(',', group));
        }

        return groups;
    }
}
