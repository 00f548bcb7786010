using System.Globalization;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Branches;

/// <summary>A session with branches as lists in memory, and the same session in the service.</summary>
internal sealed class BranchModel(ApiClient user, string session, Random random)
{
    private static readonly string[] Roles = ["user", "assistant", "tool"];

    private readonly List<(string Role, string Text)> _written = [];
    private readonly Dictionary<int, List<long>> _branches = new() { [1] = [] };
    private readonly HashSet<long> _removed = [];
    private readonly HashSet<long> _redacted = [];

    public int Current { get; private set; } = 1;

    public IReadOnlyList<long> Shown => _branches[Current];

    public int Written => _written.Count;

    public async Task AppendAsync(int count)
    {
        var first = _written.Count + 1;
        var requests = Enumerable.Range(first, count).Select(number => (Role: Roles[random.Next(3)], Text: $"text{number} word {new string('x', 200 + number)}"))
            .ToList();
        var messages = requests.Select(request => JsonSerializer.Serialize(new
        {
            role = request.Role,
            content = request.Text,
            metadata = new { parity = request.Text.Length % 2 },
        }));
        var answer = await user.PostAsync(
            $"{session}/messages/batch", $$"""{"expected_sequence":{{first}},"messages":[{{string.Join(',', messages)}}]}""");
        Assert.Equal(first, answer.Is(201).Items("messages")[0].Number("sequence"));
        _written.AddRange(requests);
        _branches[Current].AddRange(Enumerable.Range(first, count).Select(number => (long)number));
    }

    public async Task RewindAsync(long to)
    {
        var answer = (await user.PostAsync($"{session}/rewind", $$"""{"to_sequence":{{to}}}""")).Is(200);
        Assert.Equal(Current, answer.Number("previous_branch_id"));
        if (to == (Shown.Count == 0 ? 0 : Shown[^1]))
        {
            Assert.Equal(Current, answer.Number("branch_id"));
            return;
        }

        var next = _branches.Count + 1;
        Assert.Equal(next, answer.Number("branch_id"));
        _branches[next] = [.. Shown.Where(number => number <= to)];
        Current = next;
        Assert.Equal(Shown.Count, answer.GetProperty("session").Number("visible_messages"));
    }

    public async Task ActivateAsync(int branch)
    {
        var answer = (await user.PostAsync($"{session}/branches/{branch}/activate", "")).Is(200);
        Assert.Equal((branch, Current), (answer.Number("branch_id"), answer.Number("previous_branch_id")));
        Current = branch;
    }

    public async Task RemoveAsync(long number)
    {
        (await user.DeleteAsync($"{session}/messages/{number}?mode=remove")).Is(200);
        _removed.Add(number);
        _redacted.Add(number);
        foreach (var branch in _branches.Values)
        {
            branch.Remove(number);
        }
    }

    public async Task RedactAsync(long number)
    {
        (await user.DeleteAsync($"{session}/messages/{number}")).Is(200);
        _redacted.Add(number);
    }

    /// <summary>A step as somebody might take it.</summary>
    public Task StepAsync() => random.Next(10) switch
    {
        < 4 => AppendAsync(random.Next(1, 8)),
        < 6 => RewindAsync(Shown.Count == 0 || random.Next(20) == 0 ? 0 : Shown[random.Next(Shown.Count)]),
        < 8 => ActivateAsync(random.Next(1, _branches.Count + 1)),
        8 when Shown.Count > 0 => RemoveAsync(Shown[random.Next(Shown.Count)]),
        9 when Written > 0 => RedactAsync(random.Next(1, Written + 1)),
        _ => AppendAsync(1),
    };

    /// <summary>Compares everything that the service tells with the lists.</summary>
    public async Task CheckAsync()
    {
        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal((Written, Shown.Count), (read.Number("message_count"), read.Number("visible_messages")));
        Assert.Equal(Shown.Count, (await user.GetAsync($"{session}/summary")).Is(200).Number("visible_messages"));
        await CheckBranchesAsync();
        await CheckListsAsync(Shown, "");
        var other = random.Next(1, _branches.Count + 1);
        await CheckListsAsync(_branches[other], $"branch={other}");
        await CheckListsAsync([.. Enumerable.Range(1, Written).Select(number => (long)number)], "branch=all");
        await CheckParentsAsync();
        await CheckContextAsync();
        await CheckSearchAsync();
        await CheckForkAsync();
    }

    private async Task CheckBranchesAsync()
    {
        var branches = (await user.GetAsync($"{session}/branches")).Is(200);
        Assert.Equal(_branches.Count, branches.Number("total"));
        foreach (var branch in branches.Items("branches"))
        {
            var numbers = _branches[(int)branch.Number("branch_id")];
            Assert.Equal(branch.Number("branch_id") == Current, branch.GetProperty("is_current").GetBoolean());
            Assert.Equal(
                (numbers.Count, numbers.LastOrDefault()), (branch.Number("message_count"), branch.Number("last_sequence")));
        }
    }

    private async Task CheckListsAsync(IReadOnlyList<long> numbers, string branch)
    {
        var (size, page) = (random.Next(1, 12), random.Next(1, 5));
        await CheckListAsync(numbers.Skip((page - 1) * size).Take(size), numbers.Count, $"page={page}&page_size={size}", branch);
        await CheckListAsync(
            numbers.Reverse().Skip((page - 1) * size).Take(size), numbers.Count, $"order=desc&page={page}&page_size={size}", branch);
        await CheckListAsync(numbers, numbers.Count, "limit=1000", branch);
        var (after, before) = (random.Next(Written + 1), random.Next(Written + 2));
        await CheckListAsync(numbers.Where(number => number > after).Take(size), numbers.Count, $"after={after}&limit={size}", branch);
        await CheckListAsync(
            numbers.Where(number => number < before).TakeLast(size), numbers.Count, $"before={before}&limit={size}", branch);
        List<long> ofUser = [.. numbers.Where(number => RoleOf(number) == "user")];
        await CheckListAsync(
            ofUser.Skip((page - 1) * size).Take(size), ofUser.Count, $"role=user&page={page}&page_size={size}", branch);
        await CheckListAsync(
            ofUser.Where(number => number > after && number < before).Take(size),
            ofUser.Count,
            $"role=user&after={after}&before={before}&limit={size}",
            branch);
        var odd = numbers.Where(number => !_redacted.Contains(number) && TextOf(number).Length % 2 == 1);
        await CheckListAsync(odd.Where(number => number > after).Take(1000), numbers.Count, $"metadata.parity=1&after={after}&limit=1000", branch);
        await CheckListAsync(
            odd.Where(number => number < before).TakeLast(size), numbers.Count, $"metadata.parity=1&before={before}&limit={size}", branch);
    }

    private async Task CheckListAsync(IEnumerable<long> expected, int total, string query, string branch)
    {
        var list = (await user.GetAsync($"{session}/messages?{query}&{branch}".TrimEnd('&'))).Is(200);
        var messages = list.Items("messages");
        Assert.True(
            expected.SequenceEqual(messages.Select(message => message.Number("sequence"))) && list.Number("total") == total,
            $"{query} {branch}: {string.Join(' ', expected)} of {total}, but {list.Number("total")}: "
            + string.Join(' ', messages.Select(message => message.Number("sequence"))));
        Assert.All(messages, message => Assert.Equal(TextOf(message.Number("sequence")), message.Text("content")));
    }

    private async Task CheckParentsAsync()
    {
        var all = (await user.GetAsync($"{session}/messages?branch=all&limit=1000")).Is(200).Items("messages");
        foreach (var message in all)
        {
            var number = message.Number("sequence");
            var parents = _branches.Values.Where(branch => branch.Contains(number))
                .Select(branch => branch.TakeWhile(other => other < number).LastOrDefault()).Distinct().ToList();
            var parent = message.GetProperty("parent_sequence");
            Assert.Equal(
                _removed.Contains(number) ? 0 : Assert.Single(parents),
                parent.ValueKind == JsonValueKind.Null ? 0 : parent.GetInt64());
        }
    }

    private async Task CheckContextAsync()
    {
        var context = (await user.GetAsync($"{session}/context?max_tokens=1000000")).Is(200);
        Assert.Equal(Shown, context.Items("messages").Select(message => message.Number("sequence")));
        Assert.Equal(0, context.Number("omitted_messages"));
    }

    private async Task CheckSearchAsync()
    {
        var found = (await user.GetAsync($"/api/v1/sessions/search?q=word&session_id={IdOf(session)}&limit=100")).Is(200);
        var visible = Shown.Where(number => !_redacted.Contains(number)).ToList();
        Assert.Equal(visible.Count, found.Number("total_hits"));
        if (visible.Count > 0)
        {
            var number = visible[random.Next(visible.Count)];
            var answer = await user.PostAsync(
                $"{session}/memories/search", $$"""{"query":"text{{number}}","sources":["messages"],"top_k":100}""");
            var passages = answer.Is(200).Items("results").Select(passage => passage.Number("sequence")).ToList();
            Assert.Contains(number, passages);
            Assert.Subset(Shown.ToHashSet(), passages.ToHashSet());
        }
    }

    private async Task CheckForkAsync()
    {
        if (Shown.Count == 0)
        {
            return;
        }

        var count = random.Next(1, Shown.Count + 1);
        var fork = (await user.PostAsync($"{session}/fork", $$"""{"through_sequence":{{Shown[count - 1]}}}""")).Is(201);
        var messages = (await user.GetAsync($"/api/v1/sessions/{fork.Text("session_id")}/messages?limit=1000")).Is(200).Items("messages");
        Assert.Equal(Enumerable.Range(1, count), messages.Select(message => (int)message.Number("sequence")));
        Assert.Equal(Shown.Take(count).Select(TextOf), messages.Select(message => message.Text("content")));
    }

    private string RoleOf(long number) => _written[(int)number - 1].Role;

    private string TextOf(long number) => _redacted.Contains(number) ? "" : _written[(int)number - 1].Text;

    private static string IdOf(string path) => path.Split('/')[^1].ToString(CultureInfo.InvariantCulture);
}
