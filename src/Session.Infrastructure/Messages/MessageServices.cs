using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Messages;

internal static class MessageServices
{
    /// <summary>Appends and reads of messages.</summary>
    public static IServiceCollection AddMessages(this IServiceCollection services)
    {
        services.AddSingleton<IGroupStatement<Append, Appended>, AppendStatement>();
        services.AddSingleton<MessageReplays>();
        services.AddSingleton<IMessageStore, MessageStore>();
        services.AddScoped<IMessageReader, MessageReader>();
        return services;
    }
}
