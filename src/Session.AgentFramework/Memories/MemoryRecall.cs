using SessionService.Client;

namespace SessionService.AgentFramework;

/// <summary>The memories that one run recalls.</summary>
/// <param name="client">The client for the user.</param>
/// <param name="options">The memories to recall.</param>
/// <param name="known">What the model has before it anyway.</param>
internal sealed class MemoryRecall(SessionServiceClient client, SessionMemoryOptions options, IEnumerable<string> known)
{
    private readonly HashSet<string> _known = new(known, StringComparer.Ordinal);
    private readonly HashSet<string> _recalled = new(StringComparer.Ordinal);

    /// <summary>What bears on the question, the best first, each on a line.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(string question, CancellationToken cancellationToken)
    {
        var answer = await client.MemorySearch.SearchAsync(
                new SearchMemoriesRequest { Query = question, TopK = options.MaxMemories + Spare, Sources = options.Sources },
                cancellationToken)
            .ConfigureAwait(false);
        var memories = new List<string>();
        foreach (var passage in answer.Results.Where(passage => passage.Score >= options.MinScore))
        {
            if (memories.Count < options.MaxMemories && !_known.Contains(passage.Content))
            {
                _recalled.Add(passage.Content);
                memories.Add(Line(passage));
            }
        }

        return memories;
    }

    /// <summary>Whether the text was recalled, so that it is stored already.</summary>
    public bool HasRecalled(string text) => _recalled.Contains(text);

    public Task AddAsync(string content, CancellationToken cancellationToken) =>
        client.UserMemories.CreateAsync(new WriteUserMemoryRequest { Content = content }, cancellationToken: cancellationToken);

    // The history that the model has may contain some of the memories found.
    private int Spare => Math.Min(20, 100 - options.MaxMemories);

    private static string Line(FoundPassage passage) =>
        passage.Role is { } role ? $"- {role}, {passage.CreatedAt:yyyy-MM-dd}: {passage.Content}" : $"- {passage.Content}";
}
