using AutoMapper;
using SessionService.Domain.Webhooks;

namespace SessionService.Application.Webhooks;

internal sealed class WebhookMapping : Profile
{
    /// <summary>The key of the mapping's context item with the text of a new secret.</summary>
    public const string Secret = nameof(Secret);

    public WebhookMapping()
    {
        CreateMap<Webhook, WebhookResponse>()
            .ForMember(r => r.UserId, map => map.MapFrom(w => w.UserId.Length == 0 ? null : w.UserId))
            .ForMember(r => r.Events, map => map.AllowNull())
            .ForMember(r => r.IncludeContent, map => map.MapFrom(w => w.IncludesContent))
            .ForMember(r => r.Enabled, map => map.MapFrom(w => w.IsEnabled))
            .ForMember(r => r.PreviousSecretUntil, map => map.MapFrom(w => w.PreviousUntil));
        CreateMap<Webhook, WebhookSecretResponse>()
            .IncludeBase<Webhook, WebhookResponse>()
            .ForMember(r => r.Secret, map => map.MapFrom((_, _, _, context) => (string)context.Items[Secret]));
        CreateMap<WebhookDelivery, WebhookDeliveryResponse>()
            .ForMember(r => r.DeliveryId, map => map.MapFrom(d => d.EventId))
            .ForMember(
                r => r.NextAttemptAt,
                map => map.MapFrom(d => d.Status == WebhookDelivery.Pending ? d.NextAttemptAt : (DateTimeOffset?)null));
    }
}
