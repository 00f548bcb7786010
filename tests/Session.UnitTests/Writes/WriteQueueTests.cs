using SessionService.Infrastructure.Writes;

namespace SessionService.UnitTests.Writes;

public sealed class WriteQueueTests
{
    private const string Everybody = "";

    [Fact]
    public void What_waits_is_one_group_in_order_of_arrival()
    {
        var queue = Queue();
        Add(queue, Everybody, 3, 1, 2);

        queue.Complete();

        Assert.Equal(["3,1,2"], Groups(queue));
    }

    [Fact]
    public void A_group_has_a_most_of_writes_and_of_bytes()
    {
        var byCount = Queue(new WriteOptions { MaxGroup = 2 });
        Add(byCount, Everybody, 1, 2, 3, 4, 5);
        byCount.Complete();
        var bySize = Queue(new WriteOptions { MaxGroupBytes = 10 });
        Add(bySize, Everybody, 4, 6, 1, 11, 2);
        bySize.Complete();

        Assert.Equal(["1,2", "3,4", "5"], Groups(byCount));
        Assert.Equal(["4,6", "1", "11", "2"], Groups(bySize));
    }

    [Fact]
    public void Lanes_take_turns_and_do_not_mix()
    {
        var queue = Queue(new WriteOptions { MaxGroup = 2, OneUserAStatement = true });
        Add(queue, "a", 1, 2, 3);
        Add(queue, "b", 4);
        queue.Complete();

        Assert.Equal(["1,2", "4", "3"], Groups(queue));
    }

    [Fact]
    public void What_may_not_join_a_group_goes_first_in_the_next()
    {
        // One odd number a group.
        var queue = new WriteQueue<int>(new WriteOptions { MaxGroup = 3 }, _ => 1, _ => null, () =>
        {
            var hasOdd = false;
            return write => write % 2 == 0 || (!hasOdd && (hasOdd = true));
        });
        Add(queue, Everybody, 1, 3, 2, 5, 4, 6);
        queue.Complete();

        Assert.Equal(["1,2,4", "3,6", "5"], Groups(queue));
    }

    [Fact]
    public void A_full_queue_takes_no_more_until_a_group_is_taken()
    {
        var queue = Queue(new WriteOptions { MaxQueue = 2, MaxGroup = 1, UserShare = 1 });
        Add(queue, Everybody, 1, 2);
        Assert.False(queue.TryAdd(Everybody, 3, out _));
        Assert.False(queue.TryAdd("another", 3, out _));

        Assert.NotNull(queue.TakeGroup(0, made: null));

        Assert.True(queue.TryAdd(Everybody, 3, out _));
        Assert.False(queue.TryAdd(Everybody, 4, out _));
    }

    [Fact]
    public void Bytes_are_bounded_too_but_one_write_of_any_size_may_wait()
    {
        var queue = Queue(new WriteOptions { MaxQueueBytes = 10, UserShare = 1 });
        Assert.True(queue.TryAdd(Everybody, 11, out _));
        Assert.False(queue.TryAdd(Everybody, 1, out _));

        Assert.NotNull(queue.TakeGroup(0, made: null));

        Assert.True(queue.TryAdd(Everybody, 4, out _));
        Assert.True(queue.TryAdd(Everybody, 6, out _));
        Assert.False(queue.TryAdd(Everybody, 1, out _));
    }

    [Fact]
    public void A_completed_queue_hands_out_what_waits_and_ends_when_its_writers_are_done()
    {
        var queue = Queue(new WriteOptions { Writers = 1 });
        Assert.True(queue.TryAdd(Everybody, 1, out var writer));

        queue.Complete();

        Assert.False(queue.TryAdd(Everybody, 2, out _));
        var group = queue.TakeGroup(writer!.Value, made: null);
        Assert.Equal([1], group);
        Assert.False(queue.Drained.IsCompleted);
        Assert.Null(queue.TakeGroup(writer.Value, group));
        Assert.True(queue.Drained.IsCompleted);
    }

    [Fact]
    public void A_free_writer_is_sent_once_and_again_when_it_found_nothing_more()
    {
        var queue = Queue(new WriteOptions { Writers = 1 });
        Assert.True(queue.TryAdd(Everybody, 1, out var first));
        Assert.True(queue.TryAdd(Everybody, 2, out var whileItWrites));

        var group = queue.TakeGroup(first!.Value, made: null);
        Assert.Null(queue.TakeGroup(first.Value, group));
        Assert.True(queue.TryAdd(Everybody, 3, out var afterwards));

        Assert.Equal([1, 2], group);
        Assert.Null(whileItWrites);
        Assert.Equal(first, afterwards);
    }

    [Fact]
    public void Writes_to_a_row_that_a_writer_has_wait_together_for_its_group()
    {
        // A row is the hundreds of a number.
        var queue = new WriteQueue<int>(new WriteOptions { Writers = 2 }, _ => 1, write => new Guid(write / 100, 0, 0, new byte[8]), () => _ => true);
        Add(queue, Everybody, 100, 200);
        var made = queue.TakeGroup(1, made: null);
        Add(queue, Everybody, 101, 300, 201);

        Assert.Equal([300], queue.TakeGroup(0, made: null));
        Assert.Null(queue.TakeGroup(0, made: [300]));
        Assert.True(queue.TryAdd(Everybody, 102, out var sentForALockedRow));
        Assert.Equal([101, 201, 102], queue.TakeGroup(1, made));

        Assert.Equal([100, 200], made);
        Assert.Null(sentForALockedRow);
    }

    [Fact]
    public void A_user_has_a_share_of_the_queue_in_writes_and_in_bytes_and_one_write_in_any_case()
    {
        var byCount = Queue(new WriteOptions { MaxQueue = 4, UserShare = 0.5 });
        Add(byCount, "ann", 1, 2);
        Assert.False(byCount.TryAdd("ann", 3, out _));
        Assert.True(byCount.TryAdd("bob", 4, out _));
        var bySize = Queue(new WriteOptions { MaxQueueBytes = 100, UserShare = 0.5 });
        Add(bySize, "ann", 20, 30);
        Assert.False(bySize.TryAdd("ann", 1, out _));
        Assert.True(bySize.TryAdd("bob", 50, out _));
        var tiny = Queue(new WriteOptions { MaxQueue = 1, MaxQueueBytes = 1, UserShare = 0.01 });
        Assert.True(tiny.TryAdd("ann", 7, out _));

        Assert.NotNull(byCount.TakeGroup(0, made: null));

        Assert.True(byCount.TryAdd("ann", 3, out _));
    }

    [Fact]
    public void A_group_has_an_equal_part_of_each_user_and_what_one_leaves_is_for_those_with_more()
    {
        var queue = Queue(new WriteOptions { MaxGroup = 4 });
        Add(queue, "ann", 1, 2, 3, 4, 5, 6);
        Add(queue, "bob", 11);
        queue.Complete();

        Assert.Equal(["1,2,11,3", "4,5,6"], Groups(queue));
    }

    [Fact]
    public void A_user_with_large_writes_leaves_the_others_their_part_of_the_bytes()
    {
        var queue = Queue(new WriteOptions { MaxGroupBytes = 100 });
        Add(queue, "ann", 40, 41, 42);
        Add(queue, "bob", 1, 2);
        queue.Complete();

        Assert.Equal(["40,1,2,41", "42"], Groups(queue));
    }

    [Fact]
    public void A_write_for_which_a_group_has_no_room_is_the_first_of_the_next()
    {
        var queue = Queue(new WriteOptions { MaxGroupBytes = 100 });
        Add(queue, "ann", 10, 11);
        Add(queue, "bob", 99);
        Add(queue, "cat", 12);
        queue.Complete();

        Assert.Equal(["10,11", "99", "12"], Groups(queue));
    }

    [Fact]
    public void More_users_than_a_group_has_places_follow_one_another()
    {
        var queue = Queue(new WriteOptions { MaxGroup = 2 });
        Add(queue, "ann", 1, 2);
        Add(queue, "bob", 11, 12);
        Add(queue, "cat", 21);
        queue.Complete();

        Assert.Equal(["1,11", "21,2", "12"], Groups(queue));
    }

    private static WriteQueue<int> Queue(WriteOptions? options = null) =>
        new(options ?? new WriteOptions(), size => size, _ => null, () => _ => true);

    private static void Add(WriteQueue<int> queue, string lane, params int[] writes) =>
        Assert.All(writes, write => Assert.True(queue.TryAdd(lane, write, out _)));

    private static List<string> Groups(WriteQueue<int> queue)
    {
        var groups = new List<string>();
        List<int>? group = null;
        while ((group = queue.TakeGroup(0, group)) is not null)
        {
            groups.Add(string.Join(',', group));
        }

        return groups;
    }
}
