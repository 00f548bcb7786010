using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using SessionService.Hosting.Settings;

namespace SessionService.Hosting.Startup;

/// <summary>Says in one line why a program cannot start, and what to do about it.</summary>
public static class StartFailure
{
    /// <param name="program">The program, as in "The gateway cannot listen".</param>
    /// <param name="exception">What ended the start.</param>
    public static string Explain(string program, Exception exception) => OnOneLine(exception switch
    {
        BackgroundServiceException or SettingsException or FormatException { Source: "Microsoft.Extensions.Configuration.CommandLine" } =>
            exception.Message,
        OptionsValidationException => $"The configuration is not valid: {exception.Message}",
        AggregateException { InnerExceptions: var all } when all.All(one => one is OptionsValidationException) =>
            $"The configuration is not valid: {string.Join(' ', all.Select(one => one.Message))}",
        FormatException { Source: "Microsoft.AspNetCore.Http" } => CannotListen(program, exception.Message),
        InvalidOperationException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core" } => CannotListen(program, exception.Message),
        IOException { InnerException: AddressInUseException } =>
            $"The {program} cannot listen: {exception.Message} Stop the other program, or choose another address with --urls or "
            + "ASPNETCORE_URLS.",
        IOException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core" } or SocketException =>
            CannotListen(program, $"{exception.Message}."),
        IOException { InnerException: null } or UnauthorizedAccessException => exception.Message,
        _ => $"The {program} cannot start: {exception.GetType().Name}: {exception.Message}",
    });

    /// <summary>A text of several lines on one.</summary>
    public static string OnOneLine(string text) =>
        string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static string CannotListen(string program, string reason) =>
        $"The {program} cannot listen: {reason} Set --urls or ASPNETCORE_URLS to an address of this machine, such as "
        + "http://localhost:8080.";
}
