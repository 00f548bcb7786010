using System.Collections.Frozen;
using SessionService.Application.Sessions;

namespace SessionService.Api.Validation;

/// <summary>The query parameters of one action.</summary>
internal sealed class KnownParameters
{
    private readonly FrozenDictionary<string, KnownParameter> _byName;

    public KnownParameters(IEnumerable<KnownParameter> parameters, bool takesMetadata)
    {
        // Names compare as model binding compares them.
        _byName = parameters.ToFrozenDictionary(parameter => parameter.Name, StringComparer.OrdinalIgnoreCase);
        TakesMetadata = takesMetadata;
        string[] metadata = takesMetadata ? [$"{MetadataCondition.Prefix}<path>"] : [];
        Text = string.Join(", ", _byName.Keys.Concat(metadata).Order(StringComparer.Ordinal));
    }

    /// <summary>Whether the action also takes <c>metadata.…</c>, whose names the client chooses.</summary>
    public bool TakesMetadata { get; }

    /// <summary>All names, as an error shows them.</summary>
    public string Text { get; }

    /// <summary>The parameter of a name; <see langword="null"/> where there is none.</summary>
    public KnownParameter? Find(string name) =>
        _byName.TryGetValue(name, out var parameter) ? parameter
        : TakesMetadata && name.StartsWith(MetadataCondition.Prefix, StringComparison.OrdinalIgnoreCase)
            ? new KnownParameter(name, MayRepeat: true)
        : null;
}

/// <param name="Name">The name on the wire.</param>
/// <param name="MayRepeat">Whether a request may have it several times, or the code that reads it refuses that itself.</param>
internal sealed record KnownParameter(string Name, bool MayRepeat);
