namespace SessionService.Hosting.Settings;

/// <summary>A section of the configuration, and the class that holds its settings.</summary>
/// <param name="Name">The key, such as <c>Limits</c>.</param>
/// <param name="Type">The class; a dictionary where the names are the operator's.</param>
/// <param name="Rules">Finds what a single setting does not show, such as one that needs another.</param>
public sealed record SettingsSection(string Name, Type Type, Func<object, IEnumerable<string>>? Rules = null)
{
    public static SettingsSection Of<T>(string name, Func<T, IEnumerable<string>>? rules = null)
        where T : class =>
        new(name, typeof(T), rules is null ? null : options => rules((T)options));
}
