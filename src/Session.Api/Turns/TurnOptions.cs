using System.ComponentModel.DataAnnotations;

namespace SessionService.Api.Turns;

/// <summary>How much long work an instance does at a time, and how much of it for one user. Section <c>Turns</c>.</summary>
public sealed class TurnOptions
{
    public const string Section = "Turns";

    /// <summary>Forks at a time. A fork takes two connections of the pool. 1 to 64.</summary>
    [Range(1, 64)]
    public int Forks { get; set; } = 2;

    /// <summary>Imports at a time. 1 to 1,024.</summary>
    [Range(1, 1_024)]
    public int Imports { get; set; } = 16;

    /// <summary>Exports at a time. 1 to 1,024.</summary>
    [Range(1, 1_024)]
    public int Exports { get; set; } = 16;

    /// <summary>Erasures of users' data at a time. 1 to 64.</summary>
    [Range(1, 64)]
    public int Erasures { get; set; } = 4;

    /// <summary>Full text searches at a time. 1 to 1,024.</summary>
    [Range(1, 1_024)]
    public int Searches { get; set; } = Math.Max(8, 2 * Environment.ProcessorCount);

    /// <summary>Memory searches at a time. 1 to 1,024.</summary>
    [Range(1, 1_024)]
    public int MemorySearches { get; set; } = Math.Max(8, 2 * Environment.ProcessorCount);

    /// <summary>Uploads of attachments at a time, without those that wait for their clients. 1 to 1,024.</summary>
    [Range(1, 1_024)]
    public int Uploads { get; set; } = 16;

    /// <summary>Uploads of attachments that have begun, also those that wait for their clients. Each has a file. 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int OpenUploads { get; set; } = 128;

    /// <summary>
    /// Downloads of attachments, and answers with their data, at a time, without the downloads that wait for their clients. 1 to 1,024.
    /// </summary>
    [Range(1, 1_024)]
    public int Downloads { get; set; } = 16;

    /// <summary>Test calls of webhooks at a time. A receiver may take until <c>Webhooks__Timeout</c> to answer. 1 to 1,024.</summary>
    [Range(1, 1_024)]
    public int WebhookTests { get; set; } = 8;

    /// <summary>The most requests of a kind that wait; one more is refused at once. 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxWaiting { get; set; } = 400;

    /// <summary>One user's share of each of these numbers, at least one request. 0.01 to 1.</summary>
    [Range(0.01, 1)]
    public double UserShare { get; set; } = 0.25;

    internal int AtOnce(Work work) => work switch
    {
        Work.Fork => Forks,
        Work.Import => Imports,
        Work.Export => Exports,
        Work.Erasure => Erasures,
        Work.Search => Searches,
        Work.MemorySearch => MemorySearches,
        Work.Upload => Uploads,
        Work.Download => Downloads,
        Work.WebhookTest => WebhookTests,
        _ => throw new ArgumentOutOfRangeException(nameof(work)),
    };

    /// <summary>One user's share of a number.</summary>
    internal int OfUser(int number) => Math.Max(1, (int)(number * UserShare));
}
