using System.Collections;
using System.Globalization;
using System.Text;

namespace SessionService.Client;

/// <summary>The query of a request. What is <see langword="null"/> is left out.</summary>
internal sealed class Query : IEnumerable<KeyValuePair<string, string?>>
{
    private readonly List<KeyValuePair<string, string?>> _parameters = [];

    public void Add(string name, string? value)
    {
        if (value is not null)
        {
            _parameters.Add(new(name, value));
        }
    }

    public void Add(string name, long? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public void Add(string name, bool? value) => Add(name, value is { } given ? (given ? "true" : "false") : null);

    public void Add(string name, Guid? value) => Add(name, value?.ToString());

    public void Add(string name, DateTimeOffset? value) => Add(name, value?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));

    public void Add<T>(string name, T? word)
        where T : struct, IWord<T> => Add(name, word?.Value);

    public void Add<T>(string name, IEnumerable<T>? words)
        where T : struct, IWord<T> => Add(name, words is null ? null : string.Join(',', words.Select(word => word.Value)));

    public void Add(IEnumerable<MetadataCondition>? conditions)
    {
        foreach (var condition in conditions ?? [])
        {
            _parameters.Add(new("metadata." + condition.Path, condition.Value));
        }
    }

    public void AppendTo(StringBuilder url)
    {
        var separator = '?';
        foreach (var (name, value) in _parameters)
        {
            url.Append(separator).Append(Uri.EscapeDataString(name));
            if (value is not null)
            {
                url.Append('=').Append(Uri.EscapeDataString(value));
            }

            separator = '&';
        }
    }

    public IEnumerator<KeyValuePair<string, string?>> GetEnumerator() => _parameters.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
