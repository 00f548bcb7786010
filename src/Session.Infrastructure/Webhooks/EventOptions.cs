using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>Where the operator wants the events of all users. Section <c>Events</c>.</summary>
public sealed class EventOptions : IValidatableObject
{
    public const string Section = "Events";

    public NatsOptions Nats { get; set; } = new();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Nats.FindFaults().Select(fault => new ValidationResult(fault));
}

/// <summary>NATS with JetStream, which is told what a webhook of the service is told. Without an address it is told nothing.</summary>
public sealed partial class NatsOptions
{
    private const int MaxSubjectLength = 200;

    /// <summary>
    /// The addresses of one cluster, separated by commas: <c>nats://host:4222</c>, or <c>tls://</c>. A user and a password, or a token, may
    /// stand in them.
    /// </summary>
    [PasswordPropertyText(true)]
    public string? Url { get; set; }

    /// <summary>A file of credentials, as <c>nsc</c> makes it.</summary>
    public string? CredentialsFile { get; set; }

    /// <summary>What subjects begin with; the name of the event follows. Names without wildcards, separated by dots.</summary>
    public string Subject { get; set; } = "session-service";

    /// <summary>Whether texts and metadata are told, and not only ids and numbers.</summary>
    public bool IncludeContent { get; set; }

    internal bool IsGiven => !string.IsNullOrEmpty(Url);

    // No message quotes the address, which may hold a password.
    internal IEnumerable<string> FindFaults()
    {
        if (IsGiven && !Url!.Split(',').All(IsAddress))
        {
            yield return "Events:Nats:Url must be addresses like nats://host:4222 or tls://host:4222, separated by commas.";
        }

        if (!string.IsNullOrEmpty(CredentialsFile) && !File.Exists(CredentialsFile))
        {
            yield return "Events:Nats:CredentialsFile must be a file that exists and can be read.";
        }

        if (Subject.Length > MaxSubjectLength || !SubjectForm.IsMatch(Subject))
        {
            yield return "Events:Nats:Subject must be names of letters, digits, - and _, separated by dots, 200 characters at most.";
        }
    }

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) && address.Scheme is "nats" or "tls" && address.Host.Length > 0;

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SubjectForm { get; }
}
