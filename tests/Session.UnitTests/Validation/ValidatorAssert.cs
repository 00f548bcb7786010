using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Limits;

namespace SessionService.UnitTests.Validation;

/// <summary>Limits small enough to be reached, and assertions on the reasons that a client would read.</summary>
internal static class ValidatorAssert
{
    public static readonly IOptions<LimitOptions> SmallLimits = Options.Create(new LimitOptions { MaxContentBytes = 10, MaxJsonBytes = 12 });

    public static void Passes<T>(IValidator<T> validator, T request) => Assert.Empty(Reasons(validator, request));

    public static void Fails<T>(IValidator<T> validator, T request, params string[] reasons) =>
        Assert.Equal(reasons, Reasons(validator, request));

    public static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static IEnumerable<string> Reasons<T>(IValidator<T> validator, T request) =>
        validator.Validate(request).Errors.Select(failure => failure.ErrorMessage);
}
