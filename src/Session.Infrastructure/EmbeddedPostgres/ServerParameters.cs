namespace SessionService.Infrastructure.EmbeddedPostgres;

/// <summary>PostgreSQL's parameters, as arguments of its programs.</summary>
/// <param name="given">The parameters for this run, by name. They come last, and so apply.</param>
internal sealed class ServerParameters(IReadOnlyDictionary<string, string> given)
{
    /// <summary>Whether the server waits until its files are on the disk.</summary>
    public bool Syncs => given.GetValueOrDefault("fsync") is not "off";

    public IEnumerable<string> With(params (string Name, string Value)[] own) =>
        own.Concat(given.Select(parameter => (Name: parameter.Key, parameter.Value)))
            .SelectMany(parameter => new[] { "-c", $"{parameter.Name}={parameter.Value}" });
}
