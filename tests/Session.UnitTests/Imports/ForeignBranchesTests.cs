using SessionService.Application.Imports.Foreign;

namespace SessionService.UnitTests.Imports;

public sealed class ForeignBranchesTests
{
    [Fact]
    public void A_node_without_content_keeps_its_children_connected_and_is_no_branch()
    {
        var session = Foreign.Read(Tree("b",
            Node("r", null), Node("h", "a"), Node("a", "r", "A", 1), Node("b", "h", "B", 3), Node("c", "h", "C", 2), Node("e", "a")));

        Assert.Equal(["A", "C", "B"], session.Messages.Select(message => message.Content!.Text));
        Assert.Equal(["A", "B"], session.Said());
        Assert.Equal(["1-2", "1-1 3-3"], Paths(session));
        Assert.Equal(2, session.Session.CurrentBranch);
    }

    [Fact]
    public void A_current_message_that_others_follow_is_a_branch_of_its_own()
    {
        var session = Foreign.Read(Tree("b", Node("a", null, "A"), Node("b", "a", "B"), Node("c", "b", "C"), Node("d", "b", "D")));

        Assert.Equal(["A", "B"], session.Said());
        Assert.Equal(["1-2", "1-3", "1-2 4-4"], Paths(session));
        Assert.Equal([1, 3, 4], session.Branches.Select(branch => branch.FromSequence!.Value));
    }

    [Fact]
    public void Several_first_messages_are_branches_too()
    {
        var session = Foreign.Read(Tree("d", Node("a", null, "A", 5), Node("b", "a", "B", 6), Node("c", null, "C", 1), Node("d", "c", "D", 2)));

        Assert.Equal(["C", "D", "A", "B"], session.Messages.Select(message => message.Content!.Text));
        Assert.Equal(["1-2", "3-4"], Paths(session));
        Assert.Equal(1, session.Session.CurrentBranch);
    }

    [Fact]
    public void A_circle_of_parents_is_cut_and_no_message_is_lost()
    {
        var session = Foreign.Read(Tree("c", Node("a", "b", "A"), Node("b", "a", "B"), Node("c", "b", "C"), Node("d", null, "D")));

        Assert.Equal(["A", "B", "C"], session.Said());
        Assert.Equal(4, session.Messages.Count);
    }

    [Fact]
    public void A_conversation_that_branches_everywhere_has_as_many_branches_as_there_is_room_for()
    {
        var nodes = Enumerable.Range(0, 3_000).SelectMany(n => (string[])
            [Node($"m{n}", n == 0 ? null : $"m{n - 1}", $"M{n}", 2), Node($"x{n}", $"m{n}", $"X{n}", 1)]);

        var session = Foreign.Read(Tree("m2999", [.. nodes]));

        Assert.Equal(3_000, session.Said().Count());
        Assert.Equal(6_000, session.Messages.Count);
        Assert.True(session.SkippedBranches > 0);
        Assert.True(session.Branches.Sum(branch => branch.Path.Ranges.Count) <= 1_000_000);
        Assert.Equal(3_001, session.Branches.Count + session.SkippedBranches);
    }

    private static string[] Paths(ForeignSession session) =>
        [.. session.Branches.Select(branch => string.Join(' ', branch.Path.Ranges.Select(range => $"{range.First}-{range.Last}")))];

    private static string Tree(string current, params string[] nodes) => $$$"""{"current_node":"{{{current}}}","mapping":{ {{{string.Join(',', nodes)}}} }}""";

    private static string Node(string id, string? parent, string? text = null, int time = 0)
    {
        var message = text is null ? "null" : $$$"""{"author":{"role":"user"},"create_time":{{{1_700_000_000 + time}}},"content":{"parts":["{{{text}}}"]}}""";
        return $$"""{{Quote(id)}}:{"parent":{{Quote(parent)}},"message":{{message}}}""";
    }

    private static string Quote(string? text) => text is null ? "null" : $"\"{text}\"";
}
