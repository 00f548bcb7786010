namespace SessionService.Hosting.Settings;

/// <summary>Finds arguments that name no setting. The configuration would ignore them, and with them the setting that was meant.</summary>
internal sealed class ArgumentCheck
{
    // What the host itself reads.
    private static readonly string[] OfHost =
    [
        "urls", "http_ports", "https_ports", "https_port", "environment", "contentRoot", "webroot", "applicationName", "AllowedHosts",
        "shutdownTimeoutSeconds", "preferHostingUrls", "detailedErrors", "captureStartupErrors", "suppressStatusMessages",
        "hostingStartupAssemblies", "hostingStartupExcludeAssemblies", "preventHostingStartup", "startupAssembly",
    ];

    private static readonly string[] PrefixesOfHost = ["Logging:", "Kestrel:", "OTEL_", "hostBuilder:"];

    private readonly List<string> _names = [.. OfHost];
    private readonly List<string> _prefixes = [.. PrefixesOfHost];

    private readonly IReadOnlyCollection<string> _words;

    /// <param name="sections">The sections whose settings may be given.</param>
    /// <param name="words">What else the program takes: its commands, and their options.</param>
    public ArgumentCheck(IEnumerable<SettingsSection> sections, IReadOnlyCollection<string> words)
    {
        _words = words;
        foreach (var section in sections)
        {
            Add(section.Name, section.Type);
        }
    }

    public IEnumerable<string> FindFaults(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var parts = arguments[i].Split('=', 2);
            var isKnown = parts[0].StartsWith("--", StringComparison.Ordinal)
                && (IsKnown(parts[0][2..]) || (parts is [_, ""] && IsSection(parts[0][2..])));
            if (!isKnown)
            {
                yield return $"There is no command or argument '{SettingValues.Shown(parts[0])}': {Suggestion(parts[0])}";
            }

            if (parts.Length > 1)
            {
                continue;
            }

            // The next word is the value, also after an argument that is not known.
            if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                i++;
            }
            else if (isKnown)
            {
                yield return $"{parts[0]} needs a value.";
            }
        }
    }

    private void Add(string key, Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (SectionCheck.IsValue(type))
        {
            _names.Add(key);
        }
        else if (SectionCheck.ElementOf(type) is not null)
        {
            _prefixes.Add(key + ':');
        }
        else
        {
            foreach (var property in SectionCheck.SettingsOf(type))
            {
                Add($"{key}:{property.Name}", property.PropertyType);
            }
        }
    }

    private bool IsKnown(string name) =>
        _names.Contains(name, StringComparer.OrdinalIgnoreCase)
        || _prefixes.Exists(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && name.Length > prefix.Length);

    // WebApplicationFactory passes each section of its settings on as an argument without a value.
    private bool IsSection(string name) =>
        _names.Concat(_prefixes).Any(known => known.StartsWith(name + ':', StringComparison.OrdinalIgnoreCase));

    private string Suggestion(string argument)
    {
        var name = argument.TrimStart('-', '/').Replace("__", ":", StringComparison.Ordinal);
        var candidates = _names.Select(known => "--" + known).Concat(_words).ToList();
        var near = candidates
                .Select(candidate => (Name: candidate, Distance: Distance(candidate.TrimStart('-'), name)))
                .Where(candidate => candidate.Distance <= Math.Max(1, name.Length / 3))
                .OrderBy(candidate => candidate.Distance)
                .Select(candidate => candidate.Name)
                .FirstOrDefault()
            ?? candidates.Find(candidate => candidate.EndsWith(':' + name, StringComparison.OrdinalIgnoreCase));
        return near is null
            ? "a setting is given as --Section:Name value, the address as --urls http://localhost:PORT, and --help lists the commands."
            : $"did you mean {near}?";
    }

    /// <summary>How many characters must be added, removed or replaced to turn one text into the other; case aside.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = diagonal + (char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
