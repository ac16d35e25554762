//! The methods that exist, by servlet. A policy can name more.

use crate::policy::Luminate;

/// A method that the gateway answers itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // named like the methods
pub enum Answered {
    GetLoginUrl,
    Login,
    LoginTest,
    Logout,
    SingleSignOn,
    GetSingleSignOnToken,
    AuthenticateUser,
}

/// What becomes of a known method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The gateway answers it.
    Answered(Answered),
    /// The origin does.
    Forwarded,
}

/// A method of a servlet; None if there is none of that name.
pub fn find(luminate: &Luminate, servlet: &str, method: &str) -> Option<Known> {
    let answered = ANSWERED.iter().find(|(of, name, _)| *of == servlet && *name == method);
    if let Some((_, _, answered)) = answered {
        return Some(Known::Answered(*answered));
    }
    let listed = SERVLETS.iter().any(|(of, names)| *of == servlet && names.split(' ').any(|name| name == method));
    let mut by_policy = luminate.methods.iter().filter(|(of, _)| of == servlet).flat_map(|(_, names)| names);
    (listed || by_policy.any(|name| name == method)).then_some(Known::Forwarded)
}

/// The servlet of that name, in its own spelling.
pub fn servlet<'p>(luminate: &'p Luminate, name: &str) -> Option<&'p str> {
    let known = SERVLETS.iter().map(|(known, _)| *known);
    known.chain(luminate.methods.iter().map(|(known, _)| known.as_str())).find(|known| *known == name)
}

const ANSWERED: [(&str, &str, Answered); 9] = [
    ("CRConsAPI", "getLoginUrl", Answered::GetLoginUrl),
    ("CRConsAPI", "login", Answered::Login),
    ("CRConsAPI", "loginTest", Answered::LoginTest),
    ("CRConsAPI", "logout", Answered::Logout),
    ("CRConsAPI", "singleSignOn", Answered::SingleSignOn),
    ("CRConsAPI", "authenticateUser", Answered::AuthenticateUser),
    ("SRConsAPI", "getSingleSignOnToken", Answered::GetSingleSignOnToken),
    ("SRConsAPI", "login", Answered::Login),
    ("SRConsAPI", "authenticateUser", Answered::AuthenticateUser),
];

/// Servlets, with the methods that are forwarded. From the vendor's reference and its clients; a policy adds what is
/// missing, and an origin that does not know one of them says so.
pub const SERVLETS: [(&str, &str); 22] = [
    (
        "CRConsAPI",
        "changePassword create createOrUpdate getInteraction getUser getUserCenters getUserGroups \
         getUserInteractions getUserInterests getUserTransactions isEmailValid isUserInterested \
         isUserPermissioned listInterests listUserFieldChoices listUserFields logInteraction update",
    ),
    (
        "SRConsAPI",
        "changePassword create createOrUpdate getGroupMembers getInteraction getUser getUserCenters \
         getUserGroups getUserInteractions getUserInterests getUserTransactions isEmailValid isUserInterested \
         isUserPermissioned listInterests listUserFieldChoices listUserFields logInteraction update",
    ),
    (
        "CRAddressBookAPI",
        "addAddressBookContact addAddressBookContacts addAddressBookGroup addContactsToGroup \
         addressBookImportOAuthCallback deleteAddressBookContacts deleteAddressBookGroups \
         getAddressBookContact getAddressBookContacts getAddressBookGroups getAddressBookImportContacts \
         getAddressBookImportJobStatus importAddressBookContacts parseCsvContacts removeContactFromGroup \
         startOnlineAddressBookImport updateAddressBookContact updateAddressBookGroup",
    ),
    ("SRAddressBookAPI", ""),
    ("CRAdvocacyAPI", "getAdvocacyAlert getAdvocacyAlerts getAdvocacyInteractions takeAction"),
    ("SRAdvocacyAPI", "getAdvocacyAlert getAdvocacyAlerts getAdvocacyInteractions takeAction"),
    ("CRContentAPI", "getMessageBundle getTagInfo listImages"),
    ("SRContentAPI", "getMessageBundle getTagInfo listImages"),
    ("CRDataSyncAPI", ""),
    ("SRDataSyncAPI", "getDataSyncStatus launchDataSync"),
    (
        "CRDonationAPI",
        "donate donateCheckout getDesignationTypes getDesignees getDonationFormInfo startDonation \
         validateDonateCheckout",
    ),
    (
        "SRDonationAPI",
        "addOfflineDonation getDesignationTypes getDesignees offlineOrganizationGift \
         offlineOrganizationGiftCheckout refundOfflineDonation refundTransaction validateDonateCheckout \
         validateOfflineOrganizationGiftCheckout",
    ),
    ("CRGroupAPI", "getGroupInfo listGroups"),
    ("SRGroupAPI", "createGroup deleteGroup getGroupInfo listGroups"),
    ("CROrgEventAPI", "getChildEvents getDayEvents getEvent getMonthEvents getWeekEvents"),
    ("SROrgEventAPI", "getChildEvents getDayEvents getEvent getMonthEvents getWeekEvents"),
    (
        "CRRecurringAPI",
        "cancelRecurringGift getRecurringConfiguration getRecurringGift getRecurringGifts \
         getRecurringPaymentInfo updateRecurringCheckoutPaymentInfo updateRecurringCreditCardInfo \
         updateRecurringGift updateRecurringPaymentInfo",
    ),
    (
        "SRRecurringAPI",
        "cancelRecurringGift getRecurringConfiguration getRecurringGift getRecurringGifts \
         getRecurringPaymentInfo updateRecurringCheckoutPaymentInfo updateRecurringGift \
         updateRecurringPaymentInfo",
    ),
    ("CRSurveyAPI", "getSurvey listSurveys submitSurvey"),
    ("SRSurveyAPI", ""),
    (
        "CRTeamraiserAPI",
        "acknowledgeGifts addDraft addGift addGiftCheckout addTeamraiserData addTeamraiserInteraction \
         deleteDraft deleteGift deleteSentMessage deleteTeamraiserAddressBookContacts getCaptainsMessage \
         getCompaniesByInfo getCompanyDonationByDay getCompanyList getCompanyPageInfo getCompanyPagePreview \
         getCompanyPhoto getCompanyShortcut getCompanyTeams getContactActivity getDraft getDrafts \
         getEventDataParameter getFlowStep getFundraisingResults getGiftCategories getGifts getLocalCompanies \
         getMessageLayouts getNationalCompanies getNewsFeeds getOrganizationMessage \
         getParticipantCenterWrapper getParticipantFBConnectInfo getParticipantProgress getParticipants \
         getParticipationTypes getPersonalDonationByDay getPersonalMediaLayout getPersonalPageInfo \
         getPersonalPagePreview getPersonalPhotos getPersonalVideoUrl getRecentActivity \
         getRegisteredTeamraisers getRegistration getRegistrationDocument getSentMessage getSentMessages \
         getShortcut getSuggestedMessage getSuggestedMessages getSurveyResponses getTeam getTeamCaptains \
         getTeamDivisions getTeamDivisionsMultiLocale getTeamDonationByDay getTeamGifts getTeamMembers \
         getTeamPageInfo getTeamPagePreview getTeamPhoto getTeamRoster getTeamShortcut \
         getTeamraiserAddressBookContact getTeamraiserAddressBookContacts \
         getTeamraiserAddressBookContactsByIds getTeamraiserAddressBookFilters \
         getTeamraiserAddressBookGroupContacts getTeamraiserConfig getTeamraiserSuggestion \
         getTeamraisersByDistance getTeamraisersByInfo getTeamsByInfo getTentingSearch getTentmate \
         getTopDonors getTopTeamDonors joinTeam leaveTeam previewMessage processRegistration \
         processRegistrationPaypal removeCompanyPhoto removePersonalPhoto removeTeamPhoto sendTafMessage \
         setTeamCaptains skipFlowStep updateCaptainsMessage updateCompanyPageInfo updateCompanyPagePrivacy \
         updateCompanyShortcut updateDraft updatePersonalMediaLayout updatePersonalPageInfo \
         updatePersonalPagePrivacy updatePersonalVideoUrl updateRegistration updateShortcut \
         updateSurveyResponses updateTeamInformation updateTeamPageInfo updateTeamPagePrivacy \
         updateTeamShortcut updateTeamraiserAddressBookContact updateTentingStatus uploadCompanyPhoto \
         uploadPersonalPhoto uploadTeamPhoto validateAddGiftCheckout validateProcessRegistration",
    ),
    (
        "SRTeamraiserAPI",
        "addLocalCompany addTeamraiserData getParticipants getParticipationTypes getRegistrationDocument \
         getTeamsByInfo processRegistration updateLocalCompany validateProcessRegistration",
    ),
];
