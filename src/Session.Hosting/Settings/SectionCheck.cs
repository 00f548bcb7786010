using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace SessionService.Hosting.Settings;

/// <summary>Finds everything that is wrong with one section's settings, also beside a value that the binder cannot convert.</summary>
internal sealed partial class SectionCheck(SettingValues values, SettingsSection section)
{
    private readonly HashSet<string> _wrong = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _faults = [];

    public IReadOnlyList<string> FindFaults()
    {
        Check(section.Name, section.Type, [], isSecret: false);
        CheckRules();
        return _faults;
    }

    /// <summary>The type of the elements of an array, a list or a dictionary; <see langword="null"/> for any other type.</summary>
    internal static Type? ElementOf(Type type)
    {
        if (type == typeof(string))
        {
            return null;
        }

        var interfaces = type.GetInterfaces().Append(type).Where(one => one.IsGenericType).ToList();
        return interfaces.Find(one => one.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))?.GenericTypeArguments[1]
            ?? interfaces.Find(one => one.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GenericTypeArguments[0];
    }

    internal static bool IsValue(Type type) =>
        type.IsPrimitive || type.IsEnum
        || type == typeof(string) || type == typeof(decimal) || type == typeof(TimeSpan) || type == typeof(Uri) || type == typeof(Version);

    internal static IEnumerable<PropertyInfo> SettingsOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true });

    private void Check(string key, Type declared, IReadOnlyCollection<ValidationAttribute> attributes, bool isSecret)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (IsValue(type))
        {
            CheckValue(key, type, type != declared, attributes, isSecret);
        }
        else if (ElementOf(type) is { } element)
        {
            foreach (var child in values.Section(key).GetChildren())
            {
                Check(child.Path, element, [], isSecret);
            }
        }
        else
        {
            foreach (var property in SettingsOf(type))
            {
                Check(
                    $"{key}:{property.Name}",
                    property.PropertyType,
                    [.. property.GetCustomAttributes<ValidationAttribute>()],
                    property.GetCustomAttribute<PasswordPropertyTextAttribute>() is { Password: true });
            }
        }
    }

    private void CheckValue(
        string key, Type type, bool isNullable, IReadOnlyCollection<ValidationAttribute> attributes, bool isSecret)
    {
        if (values[key] is not { } text || (isNullable && text.Length == 0))
        {
            return;
        }

        if (TryConvert(type, text, out var value) && attributes.All(attribute => attribute.IsValid(value)))
        {
            return;
        }

        _wrong.Add(key);
        var allowed = SettingWords.Allowed(type, attributes);
        var isShown = !isSecret && (text.Length > 0 || type != typeof(string));
        _faults.Add(isShown ? values.Fault(key, allowed) : $"{values.NameOf(key)} {allowed}.");
    }

    private static bool TryConvert(Type type, string text, out object? value)
    {
        if (type == typeof(string) || type == typeof(Version))
        {
            value = text;
            return true;
        }

        if (type.IsEnum)
        {
            return Enum.TryParse(type, text, ignoreCase: true, out value) && Enum.IsDefined(type, value!);
        }

        try
        {
            value = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException or OverflowException)
        {
            value = null;
            return false;
        }
    }

    // A wrong value is left out, so that the rules still find what is wrong with the others.
    private void CheckRules()
    {
        if (section.Rules is null && !section.Type.IsAssignableTo(typeof(IValidatableObject)))
        {
            return;
        }

        var usable = values.Under(section.Name).Where(setting => !_wrong.Contains(setting.Key));
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(usable.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build();
        var options = configuration.GetSection(section.Name).Get(section.Type) ?? Activator.CreateInstance(section.Type)!;
        var broken = (options as IValidatableObject)?.Validate(new ValidationContext(options)).Select(result => result.ErrorMessage!) ?? [];
        _faults.AddRange(broken.Concat(section.Rules?.Invoke(options) ?? []).Select(fault => Key.Replace(fault, NameOf)));
    }

    private string NameOf(Match key) =>
        key.Value.StartsWith(section.Name + ':', StringComparison.Ordinal) ? values.NameOf(key.Value) : key.Value;

    [GeneratedRegex("[A-Z][A-Za-z0-9]+(:[A-Z][A-Za-z0-9]+)+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key { get; }
}
