using System.ComponentModel.DataAnnotations;

namespace SessionService.Hosting.CrossOrigin;

/// <summary>Which web pages may call from a browser. Section <c>Cors</c>.</summary>
public sealed class CrossOriginOptions : IValidatableObject
{
    public const string Section = "Cors";

    /// <summary>The origins of the pages, such as <c>https://app.example.com</c>. By default none.</summary>
    public string[] AllowedOrigins { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => AllowedOrigins
        .Where(origin => !IsOrigin(origin))
        .Select(origin => new ValidationResult(
            $"Cors:AllowedOrigins holds '{origin}', which is no origin such as https://app.example.com."));

    // The origin is compared with the browser's text, so it must be written in the same way: no path, no default port, no "*", and no upper
    // case.
    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.GetLeftPart(UriPartial.Authority) == origin
        && uri.UserInfo.Length == 0
        && !origin.Contains('*', StringComparison.Ordinal);
}
