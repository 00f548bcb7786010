using System.Text;
using FluentValidation;
using SessionService.Application.Json;
using SessionService.Application.Time;
using SessionService.Domain.Identity;
using SessionService.Domain.Text;

namespace SessionService.Application.Validation;

/// <summary>Rules that several requests share. A value that is not given passes them all.</summary>
internal static class CommonRules
{
    /// <summary>Text that can be stored, of at most so many Unicode code points (as PostgreSQL and JSON Schema count).</summary>
    public static IRuleBuilderOptionsConditions<T, string?> Characters<T>(this IRuleBuilder<T, string?> rule, int max) =>
        rule.Refuse(text =>
            text.Length > max && text.EnumerateRunes().Count() > max
                ? $"must be at most {max} characters long"
                : StorableText.Refuse(text));

    /// <summary>The id of a user.</summary>
    public static IRuleBuilderOptionsConditions<T, string?> UserId<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Refuse(text => UserIds.Normalize(text) is { } userId ? UserIds.Refuse(userId) : "must not be blank");

    /// <summary>Text that can be stored, of at most so many bytes of UTF-8.</summary>
    public static IRuleBuilderOptionsConditions<T, string?> Utf8Bytes<T>(this IRuleBuilder<T, string?> rule, int max) =>
        rule.Refuse(text =>
            StorableText.Refuse(text)
            ?? (Encoding.UTF8.GetByteCount(text) > max ? $"must be at most {max} bytes of UTF-8 long" : null));

    public static IRuleBuilderOptions<T, string?> NotBlank<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(text => text is null || !string.IsNullOrWhiteSpace(text)).WithMessage("must not be blank");

    public static IRuleBuilderOptions<T, TProperty> Required<T, TProperty>(this IRuleBuilder<T, TProperty> rule) =>
        rule.NotNull().WithMessage("is required");

    public static IRuleBuilderOptionsConditions<T, JsonText?> JsonObject<T>(this IRuleBuilder<T, JsonText?> rule, int maxBytes) =>
        rule.Refuse(json => json.IsObject ? JsonLimits.Refuse(Encoding.UTF8.GetBytes(json.Value), maxBytes) : "must be a JSON object");

    public static IRuleBuilderOptionsConditions<T, JsonText?> JsonArray<T>(this IRuleBuilder<T, JsonText?> rule, int maxBytes) =>
        rule.Refuse(json => json.IsArray ? JsonLimits.Refuse(Encoding.UTF8.GetBytes(json.Value), maxBytes) : "must be a JSON array");

    /// <summary>A time that the database keeps exactly.</summary>
    public static IRuleBuilderOptions<T, DateTimeOffset?> InRange<T>(this IRuleBuilder<T, DateTimeOffset?> rule) =>
        rule.Must(time => time is null || time >= DatabaseClock.Oldest).WithMessage("must not be before 1970-01-01T00:00:00Z");

    /// <summary>A time that is past by the service's clock, or nearly so: the clocks of clients differ.</summary>
    public static IRuleBuilderOptions<T, DateTimeOffset?> NotInFuture<T>(this IRuleBuilder<T, DateTimeOffset?> rule, TimeProvider clock) =>
        rule.Must(time => time is null || time <= clock.GetUtcNow() + DatabaseClock.Tolerance).WithMessage("must not be in the future");

    /// <summary>A time or date in a query.</summary>
    public static IRuleBuilderOptions<T, string?> TimeOrDate<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(text => text is null || Rfc3339.Parse(text) is not null)
            .WithMessage("must be a time in RFC 3339 or a date (yyyy-mm-dd)");

    /// <summary>An expected number of a message.</summary>
    public static IRuleBuilderOptions<T, long?> ExpectedSequence<T>(this IRuleBuilder<T, long?> rule) =>
        rule.GreaterThanOrEqualTo(1).WithMessage("must be 1 or more");

    private static IRuleBuilderOptionsConditions<T, TProperty?> Refuse<T, TProperty>(
        this IRuleBuilder<T, TProperty?> rule, Func<TProperty, string?> reason)
        where TProperty : class =>
        rule.Custom((value, context) =>
        {
            if (value is not null && reason(value) is { } message)
            {
                context.AddFailure(message);
            }
        });
}
